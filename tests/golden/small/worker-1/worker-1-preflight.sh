# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-1-preflight'

readonly -a SECRETS=()

readonly STACK_NAME='golden-small'

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('6444' '10250' '10256')

readonly PROGRAM='cdeacd6f4e2cfa6d'

readonly CLUSTER='00000000-0000-4000-8000-000000000000'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
