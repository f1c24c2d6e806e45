# On a master: a machine is a ready node of the cluster; on the way out it is drained and deleted.
# Reads: NODE DRAIN_SECONDS LOST
# Runs again for: IDENTITY

export KUBECONFIG=/etc/kubernetes/admin.conf

up() {
  wait_for 300 "the node $NODE to be ready" node_ready && return
  kubectl describe node "$NODE" | sed -n '/^Conditions:/,/^Addresses:/p' >&2 || true
  die "the node $NODE is not ready; its conditions are above"
}

node_ready() { [ "$(readiness)" = True ]; }

# Unknown is a node that has told nothing for so long that the cluster has given it up.
readiness() { kubectl get node "$NODE" --request-timeout 3s -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'; }

down() {
  # A master that is gone, or going, has no node to give back.
  [ -e "$KUBECONFIG" ] && command -v kubectl >/dev/null || return 0
  kubectl get node "$NODE" --request-timeout 10s >/dev/null 2>&1 || return 0
  cordoned=$(kubectl get node "$NODE" --request-timeout 10s -o 'jsonpath={.spec.unschedulable}')
  if [ "$LOST" = true ] || [ "$(readiness)" = Unknown ]; then
    give_up_pods
  else
    drain || stays
  fi
  kubectl delete node "$NODE" --ignore-not-found >&2
}

# Nobody is there to end the pods of a dead machine. The cluster would find out within a minute or so; until then Services
# would lead to them, and no others would start in their place.
give_up_pods() {
  log "the pods of $NODE are given up"
  kubectl delete pods --all-namespaces --field-selector "spec.nodeName=$NODE" --force --grace-period=0 --wait=false >&2 2>/dev/null || true
}

drain() {
  local drain
  kubectl drain "$NODE" --ignore-daemonsets --delete-emptydir-data --force --timeout "${DRAIN_SECONDS}s" >&2 &
  drain=$!
  while kill -0 "$drain" 2>/dev/null; do
    if [ "$(readiness)" = Unknown ]; then
      log "$NODE does not answer any more"
      kill "$drain" 2>/dev/null || true
      give_up_pods
      return 0
    fi
    sleep 1
  done
  wait "$drain"
}

# What holds the machine may be mended at leisure: until then its node takes pods as it did.
stays() {
  local pods
  [ "$cordoned" = true ] || kubectl uncordon "$NODE" >&2 || true
  pods=$(kubectl get pods --all-namespaces --field-selector "spec.nodeName=$NODE" --no-headers \
    -o 'custom-columns=N:.metadata.namespace,P:.metadata.name,O:.metadata.ownerReferences[0].kind' |
    awk '$3 != "DaemonSet" && $3 != "Node" { print $1 "/" $2 }' | paste -sd ' ' -)
  die "$NODE could not be drained within $DRAIN_SECONDS s, and stays in the cluster. Pods that are still there: $pods." \
    "Where a PodDisruptionBudget holds them, let them have another replica, or change the budget, and run up again; kubernetes.drainTimeout gives them longer"
}
