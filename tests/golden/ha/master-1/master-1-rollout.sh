# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-rollout'

readonly NODE='master-1'

readonly -a REVISIONS=('e7eb7edd4a2b7cfc' '5f1a11637a7531c0')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
