# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-2'

readonly -a REVISIONS=('5612a62993fbb16b' 'b5c2f5a6e484bedc')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
