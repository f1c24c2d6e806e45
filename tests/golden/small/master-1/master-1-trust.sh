# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-trust'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/master/api.sh.

# Here is the text of components/endpoint/servers.sh.

# Here is the text of components/endpoint/yield.sh.

# Here is the text of components/master/kubelets.sh.

# Here is the text of components/master/manifests.sh.

readonly -a NODES=('master-1 172.30.0.11' 'worker-1 172.30.0.12' 'worker-2 172.30.0.13')

readonly ENDPOINT='172.30.0.11:6443'

readonly VIRTUAL_ADDRESS=''

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/master/kubelet-trust.sh.

main "$@" </dev/null
exit
