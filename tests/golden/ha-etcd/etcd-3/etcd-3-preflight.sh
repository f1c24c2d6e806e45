# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='etcd-3-preflight'

readonly -a SECRETS=()

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

# Here is the text of components/machine/fitness.sh.

# Here is the text of components/machine/engines.sh.

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

# Here is the text of components/etcd/quorum.sh.

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('2379 etcd' '2380 etcd')

readonly -a ROLES=('etcd')

readonly ADDRESS='192.0.2.23'

readonly ADOPT='false'

readonly DOCKER_PACKAGES='distribution'

readonly DISK_PERCENT='85'

readonly -a PEERS=('etcd-3 https://192.0.2.23:2379')

readonly PEER_URL='https://192.0.2.23:2380'

readonly -a TARGET=('https://192.0.2.21:2380' 'https://192.0.2.22:2380' 'https://192.0.2.23:2380')

readonly RESTORE='2'

readonly -a IDENTITIES=('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIERT73+2a1sCl6oSCK1WFawYhxWU6oMCk4Uvd/t7NWHn' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH4ooFrmrNqLROjtBNQ/x4dl/4lGZeNOJ+r0+rp7UyC3' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIwo+/gOv+pJuenlMYZZAhdz+xrjes+Xn0QrVlGHOf2O')

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
