# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-2'

readonly -a REVISIONS=('99e712ef24b5824f' 'e481752a673c13b7')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
