# Here is the text of components/machine/lib.sh.

readonly SCRIPT='etcd-2-preflight'

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('2379' '2380')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
