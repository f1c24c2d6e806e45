# Here is the text of components/machine/lib.sh.

readonly SCRIPT='only-rollout'

readonly NODE='only'

readonly -a REVISIONS=('9eed901024abed03' '80050bb752e714f4')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
