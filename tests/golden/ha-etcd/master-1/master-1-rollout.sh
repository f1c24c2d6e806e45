# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-1'

readonly -a REVISIONS=('5f13d2bd49d3dc91' 'd835824cd219902d')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
