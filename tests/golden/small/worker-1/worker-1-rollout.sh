# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-1-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('16d4ffe9d0285f35' 'd0608ae9dc441f10')

readonly PROGRAM='beebf941fec1d9eb'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
