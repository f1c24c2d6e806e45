# On a master: the way is free for a machine that is to join. A node of this name that another machine made is not this
# one's: its pods are gone with that machine. A node that says nothing of its machine has just joined. Where the kubelet of
# the node is at work, it is this machine, which shows another key: its node, and its pods' network, are left to it.
# Reads: NODE IDENTITY

export KUBECONFIG=/etc/kubernetes/admin.conf

up() {
  local machine told
  machine=$(kubectl get node "$NODE" --request-timeout 10s --ignore-not-found -o 'jsonpath={.metadata.annotations.keelson\.io/machine}')
  [ -n "$machine" ] && [ "$machine" != "$IDENTITY" ] || return 0
  told=$(last_told) || return
  if wait_for 15 "a sign of life of the node that bore $NODE's name before" has_told "$told"; then
    log "the node $NODE is at work, by another host key than before: it stays"
    kubectl annotate node "$NODE" keelson.io/machine- >&2
    return
  fi
  log "the node $NODE is of another machine, which was there before: it is deleted"
  kubectl delete node "$NODE" --ignore-not-found >&2
}

# A kubelet tells every ten seconds that it is there.
last_told() {
  kubectl get lease "$NODE" --namespace kube-node-lease --request-timeout 10s --ignore-not-found -o 'jsonpath={.spec.renewTime}'
}

has_told() {
  local now
  now=$(last_told) && [ "$now" != "$1" ]
}

# What was for one moment leaves nothing.
down() { :; }
