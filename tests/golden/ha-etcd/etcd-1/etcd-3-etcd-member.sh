# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='etcd-3-etcd-member'

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

readonly NAME='etcd-3'

readonly PEER_URL='https://192.0.2.23:2380'

readonly -a PEERS=('etcd-1 https://192.0.2.21:2379' 'etcd-2 https://192.0.2.22:2379')

readonly CLIENT_URL='https://192.0.2.23:2379'

readonly -a REVISIONS=('2dc5e49b5c0a7621')

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
