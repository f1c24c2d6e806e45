# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='0-w-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('27ad2d383a22c83f' '286386e820dbd2ff')

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
