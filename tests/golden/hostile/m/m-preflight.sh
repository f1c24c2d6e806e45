# Here is the text of components/machine/lib.sh.

readonly SCRIPT='m-preflight'

readonly SWAP_ALLOWED='false'

readonly -a PORTS=('12379' '12380' '8443' '10257' '10259' '6444' '10250' '10256')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
