# Here is the text of components/machine/lib.sh.

readonly SCRIPT='m-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='m'

readonly -a REVISIONS=('482d455019e1299e' '960b7a0a6af27db2')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
