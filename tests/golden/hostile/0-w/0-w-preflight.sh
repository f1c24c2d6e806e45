# Here is the text of components/machine/lib.sh.

readonly SCRIPT='0-w-preflight'

readonly SWAP_ALLOWED='false'

readonly -a PORTS=('6444' '10250' '10256')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
