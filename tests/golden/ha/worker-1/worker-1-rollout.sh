# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-1-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('16d4ffe9d0285f35' '8ef5189dd1c5d6f7')

readonly PROGRAM='bb7ed61d97b76c4b'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
