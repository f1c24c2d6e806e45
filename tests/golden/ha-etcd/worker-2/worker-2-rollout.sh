# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-rollout'

readonly NODE='worker-2'

readonly -a REVISIONS=('ec7e8c62027e0eab' '8143f076bb796950')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
