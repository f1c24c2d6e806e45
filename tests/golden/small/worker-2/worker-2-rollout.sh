# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-rollout'

readonly NODE='worker-2'

readonly -a REVISIONS=('90c8cbd8b327c96f' '1e8100795e4c4394')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
