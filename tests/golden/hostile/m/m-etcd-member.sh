# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='m-etcd-member'

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

readonly NAME='m'

readonly PEER_URL='https://198.51.100.1:12380'

readonly -a PEERS=()

readonly CLIENT_URL='https://198.51.100.1:12379'

readonly -a REVISIONS=('91c19982c4399163')

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/etcd/member.sh.

main "$@" </dev/null
exit
