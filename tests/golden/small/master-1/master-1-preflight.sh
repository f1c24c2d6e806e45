# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-preflight'

readonly -a SECRETS=()

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

# Here is the text of components/machine/fitness.sh.

# Here is the text of components/machine/engines.sh.

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

# Here is the text of components/etcd/quorum.sh.

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('2379 etcd' '2380 etcd' '6443 kube-apiserver' '10257 kube-controller-manager' '10259 kube-scheduler' '6444 haproxy' '10250 kubelet' '10256 kube-proxy')

readonly -a ROLES=('master' 'etcd')

readonly ADDRESS='172.30.0.11'

readonly ADOPT='false'

readonly DOCKER_PACKAGES='distribution'

readonly DISK_PERCENT='100'

readonly -a PEERS=('master-1 https://172.30.0.11:2379')

readonly PEER_URL='https://172.30.0.11:2380'

readonly -a TARGET=('https://172.30.0.11:2380')

readonly RESTORE='0'

readonly -a IDENTITIES=('172.30.0.11')

readonly PROGRAM='its digest'

readonly CLUSTER='00000000-0000-4000-8000-000000000000 first'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$@" </dev/null
exit
