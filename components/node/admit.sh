# On a master: the way is free for a machine that is to join. A node of this name that another machine made is not this
# one's: its pods are gone with that machine. A node that says nothing of its machine has just joined. A machine that has
# joined is the one that it was, whatever it is known by now.
# Reads: NODE IDENTITY JOINED

export KUBECONFIG=/etc/kubernetes/admin.conf

up() {
  local machine
  # One that was lost before is kept out no longer.
  kubectl delete validatingadmissionpolicybinding,validatingadmissionpolicy "keelson-lost-$NODE" --ignore-not-found --request-timeout 10s >&2
  machine=$(kubectl get node "$NODE" --request-timeout 10s --ignore-not-found -o 'jsonpath={.metadata.annotations.keelson\.io/machine}')
  [ -n "$machine" ] && [ "$machine" != "$IDENTITY" ] || return 0
  if [ "$JOINED" = yes ]; then
    log "$NODE is the same machine under another host key or host: its node stays"
    kubectl annotate node "$NODE" --overwrite "keelson.io/machine=$IDENTITY" >&2
    return
  fi
  log "node $NODE belonged to the machine that was here before: it is deleted"
  kubectl delete node "$NODE" --ignore-not-found >&2
}

# What was for one moment leaves nothing.
down() { :; }
