# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-etcd-member'

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

readonly NAME='master-1'

readonly PEER_URL='https://192.0.2.11:2380'

readonly -a PEERS=('master-2 https://192.0.2.12:2379' 'master-3 https://192.0.2.13:2379')

readonly CLIENT_URL='https://192.0.2.11:2379'

readonly -a REVISIONS=('e4586c49524f2a0e')

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
