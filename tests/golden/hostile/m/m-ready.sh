# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='m-ready'

# Here is the text of components/network/pods.sh.

# Here is the text of components/node/cordon.sh.

readonly NODE='m'

readonly IDENTITY='jump.example.com'

readonly CORDONED='false'

readonly TAINTED='false'

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/node/ready.sh.

main "$@" </dev/null
exit
