# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('012c05d6e5edb71f' 'c8291db83cd25bff')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
