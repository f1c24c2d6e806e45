# A master as a node of its cluster: it is let in, takes pods or not, and is given back.
# Reads: NODE PKI ADMIN PROXY

readonly MASTERS_TAINT=node-role.kubernetes.io/control-plane:NoSchedule

# One that was lost before is kept out no longer.
let_in() {
  as_admin delete validatingadmissionpolicybinding,validatingadmissionpolicy "keelson-lost-$NODE" --ignore-not-found --request-timeout 10s >&2
}

# forget_node: a master whose kubelet has nothing that it is known by, as after it was off for long, becomes a node as a new one does.
forget_node() {
  local client=/var/lib/kubelet/pki/kubelet-client-current.pem why=
  has_joined || return 0
  openssl verify -no_check_time -CAfile "$PKI/ca.crt" "$client" >/dev/null 2>&1 || why="is of an authority that was forgotten"
  openssl x509 -in "$client" -noout -checkend 0 >/dev/null 2>&1 || why="has ended"
  [ -s "$client" ] || why="is gone"
  [ -n "$why" ] || return 0
  log "the certificate of the kubelet of $NODE $why: it gets another one"
  forget_credentials
}

# kubeadm's taint is on a master that took no pods until now, or was made by an earlier release.
let_pods_in() {
  local found=
  wait_for 60 "the taint $MASTERS_TAINT to be gone" masters_taint_gone ||
    die "node $NODE is to take pods, and may still have the taint $MASTERS_TAINT: see kubectl describe node $NODE, and kubectl taint node $NODE $MASTERS_TAINT-"
  [ -z "$found" ] || log "the taint $MASTERS_TAINT is taken from the node $NODE: it takes pods"
}

# It goes by its place in the list, and only if it is still there: the taints of others stay, those too that come meanwhile.
masters_taint_gone() {
  local taints place
  taints=$(as_admin get node "$NODE" -o 'jsonpath={range .spec.taints[*]}{.key}:{.effect}{"\n"}{end}') || return
  place=$(awk -v taint="$MASTERS_TAINT" '$0 == taint { print NR - 1 }' <<<"$taints")
  [ -n "$place" ] || return 0
  found=$place
  as_admin patch node "$NODE" --type json --patch "[
    {\"op\": \"test\", \"path\": \"/spec/taints/$place/key\", \"value\": \"${MASTERS_TAINT%:*}\"},
    {\"op\": \"test\", \"path\": \"/spec/taints/$place/effect\", \"value\": \"${MASTERS_TAINT#*:}\"},
    {\"op\": \"remove\", \"path\": \"/spec/taints/$place\"}]"
}

# Of a master that no state knows of, nobody else deletes the node: kubeadm init lets its kubelet join by way of the others, and may fail then.
give_node_back() {
  local own
  [ -s "$ADMIN" ] || return 0
  systemctl stop kubelet.service 2>/dev/null || true
  own=$(as_admin --server "https://$PROXY" get node "$NODE" -o 'jsonpath={.status.nodeInfo.machineID}' 2>/dev/null) || return 0
  [ "$own" = "$(cat /etc/machine-id)" ] || return 0
  as_admin --server "https://$PROXY" delete node "$NODE" --ignore-not-found >&2 ||
    log "the node $NODE is still one of the cluster's: kubectl delete node $NODE"
}
