# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-2-trust'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/master/api.sh.

# Here is the text of components/endpoint/servers.sh.

# Here is the text of components/endpoint/yield.sh.

# Here is the text of components/master/kubelets.sh.

# Here is the text of components/master/manifests.sh.

readonly -a NODES=('master-1 192.0.2.11' 'master-2 192.0.2.12' 'master-3 192.0.2.13' 'worker-1 192.0.2.31')

readonly ENDPOINT='192.0.2.12:8443'

readonly VIRTUAL_ADDRESS='192.0.2.10'

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
