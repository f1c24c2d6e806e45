# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='health'

readonly -a SECRETS=()

readonly -a NODES=('master-1' 'master-2' 'master-3' 'worker-1')

readonly -a MEMBERS=('master-1 https://192.0.2.11:2379' 'master-2 https://192.0.2.12:2379' 'master-3 https://192.0.2.13:2379')

readonly NGINX='http://192.0.2.11:30080'

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
