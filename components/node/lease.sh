# On a master: whether a node's kubelet is at work.

# knows_lease NODE: when its kubelet renewed its lease last, and for how many seconds; nothing where it never had one. Fails where the API does
# not tell.
knows_lease() {
  lease=$(kubectl get lease "$1" --namespace kube-node-lease --ignore-not-found --request-timeout 3s \
    -o 'jsonpath={.spec.renewTime} {.spec.leaseDurationSeconds}' 2>/dev/null)
}

# is_at_work NODE, whose lease is known: its kubelet goes on renewing it, every fourth of the lease's time. This computer alone does not reach
# the machine.
is_at_work() {
  local before=$lease time seconds i
  read -r time seconds <<<"$lease"
  [ -n "$time" ] && [ $(($(date +%s) - $(date -d "$time" +%s))) -lt "$((2 * ${seconds:-40}))" ] || return
  for ((i = 0; i < ${seconds:-40} / 4 + 5; i++)); do
    sleep 1
    if knows_lease "$1" && [ -n "$lease" ] && [ "$lease" != "$before" ]; then return 0; fi
  done
  return 1
}
