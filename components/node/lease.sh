# On a master: whether a node's kubelet is at work.

# is_at_work NODE: its kubelet goes on renewing its lease, every fourth of the lease's time. This computer alone does not reach the machine.
is_at_work() {
  local before now seconds i
  read -r before seconds <<<"$(lease "$1")"
  [ -n "$before" ] && [ $(($(date +%s) - $(date -d "$before" +%s))) -lt "$((2 * ${seconds:-40}))" ] || return
  for ((i = 0; i < ${seconds:-40} / 4 + 5; i++)); do
    sleep 1
    read -r now _ <<<"$(lease "$1")"
    [ -z "$now" ] || [ "$now" = "$before" ] || return 0
  done
  return 1
}

lease() {
  kubectl get lease "$1" --namespace kube-node-lease --request-timeout 3s -o 'jsonpath={.spec.renewTime} {.spec.leaseDurationSeconds}' 2>/dev/null || true
}
