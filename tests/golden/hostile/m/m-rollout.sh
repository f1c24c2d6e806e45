# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='m-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='m'

readonly -a REVISIONS=('a748f497ee749046' '3db7cf0569c13c7e')

readonly PROGRAM='db51ca8f15c0fc9a'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
