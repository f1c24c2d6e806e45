# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='only-preflight'

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

readonly -a ROLES=('master' 'etcd' 'worker')

readonly ADDRESS='192.0.2.10'

readonly ADOPT='false'

readonly DOCKER_PACKAGES='distribution'

readonly DISK_PERCENT='85'

readonly -a PEERS=('only https://192.0.2.10:2379')

readonly PEER_URL='https://192.0.2.10:2380'

readonly -a TARGET=('https://192.0.2.10:2380')

readonly RESTORE='0'

readonly -a IDENTITIES=('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPkFsZVC7QjJqcJlQ8yjLlcR0gfc/7gbTNtEzguYlDHJ')

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
