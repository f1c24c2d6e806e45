# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-1-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('c4e4b641a4be1be3' '537af52b9c92580b')

readonly PROGRAM='e9ef011126edaaf8'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
