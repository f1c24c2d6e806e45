# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-3-rollout'

readonly NODE='master-3'

readonly -a REVISIONS=('7d7e3406d41aa7c7' '26d45742a27f4fe7')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
