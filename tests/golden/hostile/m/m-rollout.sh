# Here is the text of components/machine/lib.sh.

readonly SCRIPT='m-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='m'

readonly -a REVISIONS=('2f878443cbd67fd4' '17ea9b073d9d47df')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
