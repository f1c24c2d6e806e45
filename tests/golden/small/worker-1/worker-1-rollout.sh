# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-rollout'

readonly NODE='worker-1'

readonly -a REVISIONS=('4b43f549b125cd12' 'd6d69de7ee0b86b6')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
