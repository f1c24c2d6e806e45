# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-preflight'

# Here is the text of components/machine/packages.sh.

# Here is the text of components/machine/fitness.sh.

readonly SWAP_ALLOWED='true'

readonly -a PORTS=('6444' '10250' '10256')

readonly -a ROLES=('worker')

readonly ADDRESS='192.0.2.31'

readonly ADOPT='false'

readonly DOCKER_PACKAGES='distribution'

readonly DISK_PERCENT='85'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/machine/preflight.sh.

main "$1" </dev/null
exit
