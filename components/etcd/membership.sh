# How a member of etcd speaks with the others. PEERS holds one line for each of them: NAME CLIENT-URL.
# Reads: PEERS PEER_URL

# etcd_ctl ARGUMENT...: asks the other members.
etcd_ctl() {
  local urls=("${PEERS[@]##* }")
  etcd_ctl_at "$(IFS=, && printf '%s' "${urls[*]}")" "$@"
}

# Whether something listens at a URL: etcdctl itself would wait for it.
listens() { [ -n "$1" ] && dial "$1" 2>/dev/null; }

# refuses URL: the machine is there, and nothing listens at that port.
refuses() { [[ $(dial "$1" 2>&1 || true) = *"Connection refused"* ]]; }

dial() { timeout 2 bash -c ": <>/dev/tcp/$(sed -E 's|.*//(.*):(.*)|\1/\2|' <<<"$1")"; }

peers_listen() {
  local peer
  for peer in "${PEERS[@]}"; do
    ! listens "$peer" || return 0
  done
  return 1
}

# One line for each member: ID, STATUS, NAME, PEER-URL, CLIENT-URL, LEARNER. A member that never ran has no client URL.
members() { peers_listen && etcd_ctl member list --command-timeout=3s 2>/dev/null; }

# own_field NUMBER: that field of this machine's own line; nothing where the members do not know it.
own_field() { awk -F ', ' -v url="$PEER_URL" -v field="$1" '$4 == url { print $field }'; }

# letting_go_key NAME: where it is noted that another machine's script lets go of that member before its machine leaves.
letting_go_key() { printf 'keelson/members/%s' "$1"; }

is_let_go_of() { [ -n "$(etcd_ctl get "$(letting_go_key "$1")" --print-value-only --command-timeout=3s 2>/dev/null)" ]; }

# The members say so themselves: what removes it may be answered too late.
is_gone() {
  local list id
  list=$(members) || return
  id=$(own_field 1 <<<"$list")
  [ -n "$id" ] || return 0
  etcd_ctl member remove "$id"
  return 1
}
