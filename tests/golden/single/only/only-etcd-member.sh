# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='only-etcd-member'

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

readonly NAME='only'

readonly PEER_URL='https://192.0.2.10:2380'

readonly -a PEERS=()

readonly CLIENT_URL='https://192.0.2.10:2379'

readonly -a REVISIONS=('8cb3949858993abf')

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
