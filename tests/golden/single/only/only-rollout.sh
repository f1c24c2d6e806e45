# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='only-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='only'

readonly -a REVISIONS=('523df103c63c7b37' '556fbb7ce524591c')

readonly PROGRAM='f260370bcfcdc153'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
