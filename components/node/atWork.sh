# On a master, before anything is changed: tells which of these nodes' kubelets are at work. It only looks, at all of them at once.
# Reads: NODES

export KUBECONFIG=/etc/kubernetes/admin.conf

tell_at_work() {
  local node
  [ -e "$KUBECONFIG" ] && command -v kubectl >/dev/null || return 0
  for node in "${NODES[@]}"; do
    { ! knows_lease "$node" || ! is_at_work "$node" || printf 'at-work %s\n' "$node"; } &
  done
  wait
}

tell_at_work
