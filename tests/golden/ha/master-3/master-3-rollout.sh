# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-3-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-3'

readonly -a REVISIONS=('d3597ec6c9c1d864' '16c55ff6bd4fe671')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
