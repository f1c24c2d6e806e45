# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-3-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-3'

readonly -a REVISIONS=('104980e15f629eb9' '1f85a08bfeac298b')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
