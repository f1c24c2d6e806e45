# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='health'

readonly -a SECRETS=()

readonly -a NODES=('only')

readonly -a MEMBERS=('only https://192.0.2.10:2379')

readonly NGINX='http://192.0.2.10:30080'

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/health/health.sh.

main "$@" </dev/null
exit
