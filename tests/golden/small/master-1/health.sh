# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='health'

readonly -a SECRETS=()

readonly -a NODES=('master-1' 'worker-1' 'worker-2')

readonly -a MEMBERS=('master-1 https://172.30.0.11:2379')

readonly NGINX='http://172.30.0.11:30080'

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
