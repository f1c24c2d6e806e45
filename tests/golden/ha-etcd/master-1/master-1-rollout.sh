# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

readonly NODE='master-1'

readonly -a REVISIONS=('6044c4846f97e7d7' 'd9e445ab15e7826d')

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/node/rollout/rollout.sh.

main "$1" </dev/null
exit
