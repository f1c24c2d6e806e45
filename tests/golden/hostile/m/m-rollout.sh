# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='m-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='m'

readonly -a REVISIONS=('d5a26ce881539732' '4df8b435ed9d332a')

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
