# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-2-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-2'

readonly -a REVISIONS=('49fab077c329afce' '76e8071a0c3915cf')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
