# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-2-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

# Here is the text of components/machine/turns.sh.

readonly NODE='master-2'

readonly -a REVISIONS=('673f1cfcdeae8a03' '32cc6e936d46bf90')

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
