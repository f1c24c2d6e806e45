# Here is the text of components/machine/lib.sh.

readonly SCRIPT='0-w-rollout'

readonly NODE='0-w'

readonly -a REVISIONS=('4582f5416130c668' '927c4bffedb60499')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
