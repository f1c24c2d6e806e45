# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-1-preflight'

readonly -a SECRETS=()

readonly STACK_NAME='golden-ha-etcd'

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('6443' '10257' '10259' '6444' '10250' '10256')

readonly PROGRAM='0e6940cae06cb35d'

readonly CLUSTER='8d1b9db3-e164-4c51-895a-c1efd7ce4156'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
