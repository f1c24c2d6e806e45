# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='m-preflight'

readonly -a SECRETS=()

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

# Here is the text of components/machine/fitness.sh.

# Here is the text of components/machine/engines.sh.

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

# Here is the text of components/etcd/quorum.sh.

readonly SWAP_ALLOWED='false'

readonly -a PORTS=('12379 etcd' '12380 etcd' '8443 kube-apiserver' '10257 kube-controller-manager' '10259 kube-scheduler' '6444 haproxy' '10250 kubelet' '10256 kube-proxy')

readonly -a ROLES=('master' 'etcd')

readonly ADDRESS='198.51.100.1'

readonly ADOPT='false'

readonly DOCKER_PACKAGES='docker'

readonly DISK_PERCENT='85'

readonly -a PEERS=('m https://198.51.100.1:12379')

readonly PEER_URL='https://198.51.100.1:12380'

readonly -a TARGET=('https://198.51.100.1:12380')

readonly RESTORE='0'

readonly -a IDENTITIES=('jump.example.com')

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
