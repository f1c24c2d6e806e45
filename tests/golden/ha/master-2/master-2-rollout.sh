# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-2-rollout'

readonly NODE='master-2'

readonly -a REVISIONS=('86de4507bc700891' '4061744ff58dae36')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
