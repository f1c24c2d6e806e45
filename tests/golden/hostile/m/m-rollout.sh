# Here is the text of components/machine/lib.sh.

readonly SCRIPT='m-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='m'

readonly -a REVISIONS=('ff1dfe86fa2aba53' 'd0d4c2996c4efd25')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
