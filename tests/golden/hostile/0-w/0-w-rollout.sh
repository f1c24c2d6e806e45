# Here is the text of components/machine/lib.sh.

readonly SCRIPT='0-w-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('35ac5d781c24d31b' 'c3bd1e04d8d75dec')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
