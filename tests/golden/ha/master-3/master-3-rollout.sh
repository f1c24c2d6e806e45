# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-3-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='master-3'

readonly -a REVISIONS=('b425b321746b6c08' 'd81eec488eedd403')

readonly PROGRAM='c0fc996f1acecce9'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
