# By way of a member of etcd: a machine's member is one of the cluster's; on the way out the others let go of it.
# Reads: NAME PEERS PEER_URL

up() { :; }

down() {
  local list id
  list=$(members) || die "no other member of etcd answers, so $NAME cannot leave: see systemctl status etcd on ${PEERS[*]%% *}"
  id=$(own_field 1 <<<"$list")
  [ -n "$id" ] || return 0
  # The members refuse what would cost them their majority, for as long as it would.
  wait_for 120 "the other members to let $NAME go" etcd_ctl member remove "$id" ||
    die "etcd does not let $NAME go: see that all other members are well, with etcdctl endpoint health"
}
