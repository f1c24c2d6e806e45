# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='etcd-2-etcd-member'

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

readonly NAME='etcd-2'

readonly PEER_URL='https://192.0.2.22:2380'

readonly -a PEERS=('etcd-1 https://192.0.2.21:2379' 'etcd-3 https://192.0.2.23:2379')

readonly CLIENT_URL='https://192.0.2.22:2379'

readonly -a REVISIONS=('1d1df8de4d9c4ded')

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
