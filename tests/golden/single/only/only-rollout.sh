# Here is the text of components/machine/lib.sh.

readonly SCRIPT='only-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='only'

readonly -a REVISIONS=('ecc9ff649e48b8f9' '538a2a79e3bf04ff')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
