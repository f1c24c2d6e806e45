# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='m-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='m'

readonly -a REVISIONS=('ad275d8e9c9d3f42' '3076edaf8d1a7953')

readonly PROGRAM='c119e0b75f54bade'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
