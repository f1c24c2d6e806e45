# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-rollout'

readonly NODE='master-1'

readonly -a REVISIONS=('81eba1738abfb81e' '79976a019a5d0b77')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
