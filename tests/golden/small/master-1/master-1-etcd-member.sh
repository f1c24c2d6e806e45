# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-etcd-member'

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

readonly NAME='master-1'

readonly PEER_URL='https://172.30.0.11:2380'

readonly -a PEERS=()

readonly CLIENT_URL='https://172.30.0.11:2379'

readonly -a REVISIONS=('5567d7ee3b99dd1a')

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
