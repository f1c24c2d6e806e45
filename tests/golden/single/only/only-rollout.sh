# Here is the text of components/machine/lib.sh.

readonly SCRIPT='only-rollout'

readonly NODE='only'

readonly -a REVISIONS=('341ea11b4512cda9' '80050bb752e714f4')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
