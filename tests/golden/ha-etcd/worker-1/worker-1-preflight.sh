# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-1-preflight'

readonly -a SECRETS=()

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

# Here is the text of components/machine/fitness.sh.

# Here is the text of components/machine/engines.sh.

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('6444 haproxy' '10250 kubelet' '10256 kube-proxy')

readonly -a ROLES=('worker')

readonly ADDRESS='192.0.2.31'

readonly ADOPT='false'

readonly DOCKER_PACKAGES='distribution'

readonly DISK_PERCENT='85'

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
