# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='0-w-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

# Here is the text of components/machine/turns.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('4c121f3bf03c44f4' '033a54f081f5f987')

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
