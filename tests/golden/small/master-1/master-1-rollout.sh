# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-1'

readonly -a REVISIONS=('2793e21dff556478' '90af4a2f02eb0117')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
