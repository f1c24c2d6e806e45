# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-1-preflight'

readonly -a SECRETS=()

readonly STACK_NAME='golden-ha'

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('6444' '10250' '10256')

readonly PROGRAM='e9b25d93639777ad'

readonly CLUSTER='c18003d8-3097-4b9a-92d3-4d2584679012'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
