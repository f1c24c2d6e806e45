# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-1-preflight'

readonly -a SECRETS=()

readonly STACK_NAME='golden-small'

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('6444' '10250' '10256')

readonly PROGRAM='a907954b7556f848'

readonly CLUSTER='e5a52dc9-35c3-4037-a17d-c928f60c80f1'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
