# By way of a member of etcd: a machine's member is one of the cluster's, and well, when all are started; on the way out the
# others let go of it.
# Reads: NAME PEERS PEER_URL CLIENT_URL
# Runs again for: REVISIONS

up() {
  if wait_for 60 "etcd's member $NAME to be well" is_well "$CLIENT_URL"; then
    # One that is full takes no writes.
    etcd_ctl_at "$CLIENT_URL" put "$(letting_go_key "$NAME")" yes --command-timeout=3s >/dev/null 2>&1 || true
    return
  fi
  journalctl --no-pager --lines=20 --unit=etcd.service >&2 || true
  die "etcd's member $NAME does not answer at $CLIENT_URL as part of a quorum. The last lines of etcd on $(hostname) are above:" \
    "see those of $NAME as well, with journalctl -u etcd, and whether the members reach each other, as at $PEER_URL"
}

down() {
  # A leader is chosen within seconds.
  wait_for 30 "the other members of etcd to answer" members ||
    die "no other member of etcd answers, so $NAME cannot leave: see systemctl status etcd on ${PEERS[*]%% *}"
  # The members refuse what would cost them their quorum, for as long as it would.
  wait_for 120 "the other members to remove $NAME" is_gone ||
    die "etcd refused to remove member $NAME (quorum): see that all other members are healthy, with etcdctl endpoint health"
  etcd_ctl del "$(letting_go_key "$NAME")" --command-timeout=3s >/dev/null 2>&1 || true
}
