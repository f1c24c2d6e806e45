# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('012c05d6e5edb71f' '1ea01c7096da1b40')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
