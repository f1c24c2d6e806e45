# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='only-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

# Here is the text of components/machine/turns.sh.

readonly NODE='only'

readonly -a REVISIONS=('4a4cacb44042b740' 'e3e318103f3dc6d3')

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
