# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='0-w-preflight'

readonly -a SECRETS=()

readonly STACK_NAME='golden-hostile'

readonly SWAP_ALLOWED='false'

readonly -a PORTS=('6444' '10250' '10256')

readonly PROGRAM='220de25ebcf3cd46'

readonly CLUSTER='8b088675-e056-4525-8757-0c09b322254c'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
