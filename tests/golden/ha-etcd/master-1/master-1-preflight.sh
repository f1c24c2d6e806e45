# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-preflight'

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('6443' '10257' '10259' '6444' '10250' '10256')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
