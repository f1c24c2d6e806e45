# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-3-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-3'

readonly -a REVISIONS=('e2276a00d6d33e76' '626a643c6bfee70c')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
