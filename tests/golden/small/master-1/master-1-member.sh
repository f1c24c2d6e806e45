# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-member'

readonly NODE='master-1'

readonly DRAIN_SECONDS='120'

readonly LOST='false'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/worker/member.sh.

main "$1" </dev/null
exit
