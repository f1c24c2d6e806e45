# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='health'

readonly -a SECRETS=()

readonly -a NODES=('master-1' 'worker-1' 'worker-2')

readonly -a MEMBERS=('etcd-1 https://192.0.2.21:2379' 'etcd-2 https://192.0.2.22:2379' 'etcd-3 https://192.0.2.23:2379')

readonly NGINX='http://192.0.2.11:31000'

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
