# On a master: a machine is a ready node of the cluster; on the way out it is drained and deleted.
# Reads: NODE DRAIN_SECONDS

export KUBECONFIG=/etc/kubernetes/admin.conf

up() {
  wait_for 300 "the node $NODE to be ready" node_ready && return
  kubectl describe node "$NODE" | sed -n '/^Conditions:/,/^Addresses:/p' >&2 || true
  die "the node $NODE is not ready; its conditions are above"
}

node_ready() { [ "$(readiness)" = True ]; }

# Unknown is a node that has told nothing for so long that the cluster has given it up.
readiness() { kubectl get node "$NODE" --request-timeout 3s -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'; }

drain() { kubectl drain "$NODE" --ignore-daemonsets --delete-emptydir-data --force --timeout "${DRAIN_SECONDS}s" >&2; }

down() {
  # A master that is gone, or going, has no node to give back.
  [ -e "$KUBECONFIG" ] && command -v kubectl >/dev/null || return 0
  kubectl get node "$NODE" --request-timeout 10s >/dev/null 2>&1 || return 0
  # Nobody is there to end the pods of a dead machine; they go with its node.
  [ "$(readiness)" = Unknown ] || drain || [ "$(readiness)" = Unknown ] ||
    die "$NODE could not be drained within $DRAIN_SECONDS s: what holds it is named above"
  kubectl delete node "$NODE" --ignore-not-found >&2
}
