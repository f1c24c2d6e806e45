# On a master: a machine is a ready node of the cluster, and its pods are in the pods' network.
# Reads: NODE CORDONED TAINTED
# Runs again for: IDENTITY

export KUBECONFIG=/etc/kubernetes/admin.conf

up() {
  wait_for 300 "the node $NODE to be ready" node_ready || not_ready
  # flannel has done so before the kubelet calls itself ready.
  wait_for 10 "flannel on $NODE to tell of its network" is_announced || announce
  stay
  # A node with taints has its cordon together with them.
  if [ "$CORDONED$TAINTED" = truefalse ]; then cordon; else let_cordon_go; fi
  # It came so in a run that failed, and the configuration has neither taints nor a cordon by now.
  [ "$CORDONED$TAINTED" != falsefalse ] || ! has_come_so || let_pods_come
}

# The machine was to leave, and its drain was cut off (node.sh): its node takes pods as the configuration says.
stay() {
  local mark
  mark=$(of_node "{$(mark_of_cordon)}")
  [ "$mark" = leaving ] || return 0
  log "$NODE was to leave, and stays: the cordon of its drain is taken off, unless the configuration asks for one"
  if [ "$CORDONED" = true ]; then leave_cordon; else end_cordon; fi
}

# A kubelet cannot make a node that is cordoned: it has come with a taint (join.sh), whose place the cordon takes.
cordon() {
  has_come_so || return 0
  apply_spec '{ unschedulable: true }'
  let_pods_come
}

has_come_so() {
  local keys
  keys=$(of_node '{.spec.taints[*].key}') ||
    die "the API does not tell of the taints of $NODE, of which one may keep pods off it for good: run up again"
  [[ " $keys " = *" keelson.io/joining "* ]]
}

# The cordon is the configuration's since, and goes with it only where nobody else asks for it.
let_cordon_go() {
  local managers
  managers=$(of_node '{.metadata.managedFields[*].manager}')
  [[ " $managers " != *" keelson-joining "* ]] || apply_spec '{}'
}

let_pods_come() { kubectl taint node "$NODE" keelson.io/joining- >&2; }

of_node() { kubectl get node "$NODE" --request-timeout 10s -o "jsonpath=$1"; }

apply_spec() {
  kubectl apply --server-side --force-conflicts --field-manager keelson-joining --request-timeout 10s -f - >&2 <<EOF
apiVersion: v1
kind: Node
metadata: { name: "$NODE" }
spec: $1
EOF
}

node_ready() {
  [ "$(kubectl get node "$NODE" --request-timeout 3s -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

not_ready() {
  local found
  if found=$(kubectl get node "$NODE" --request-timeout 10s --ignore-not-found -o name) && [ -z "$found" ]; then
    die "$NODE has joined, and has no node in the cluster: somebody deleted it. systemctl restart kubelet.service on $NODE makes it again; then pulumi refresh and pulumi up give it its labels and taints again." \
      "On a master kubeadm has set some besides: kubectl label node $NODE node-role.kubernetes.io/control-plane=, and, where it takes no pods, kubectl taint node $NODE node-role.kubernetes.io/control-plane:NoSchedule"
  fi
  kubectl describe node "$NODE" | sed -n '/^Conditions:/,/^Addresses:/p' >&2 || true
  tell_unready --field-selector "spec.nodeName=$NODE"
  die "the node $NODE is not ready; its conditions, and its system's pods that are not ready, are above"
}

# flannel writes once, when it starts, how the pods of its node are reached.
is_announced() {
  [ -n "$(kubectl get node "$NODE" --request-timeout 3s -o 'jsonpath={.metadata.annotations.flannel\.alpha\.coreos\.com/backend-type}')" ]
}

# The node was deleted and rebuilt, and flannel went on: other nodes know no way to its pods. The range of its pods may be
# another one as well, which pods from before are not in.
announce() {
  local pods
  log "node $NODE was rebuilt while its flannel pod stayed: flannel is restarted"
  # First: where the API does not tell, the next run finds all of this to be done.
  pods=$(old_pods)
  kubectl --namespace kube-flannel delete pods --selector app=flannel --field-selector "spec.nodeName=$NODE" --wait=false --request-timeout 30s >&2 || true
  wait_for 120 "flannel on $NODE to tell of its network" is_announced || not_announced
  let_go <<<"$pods"
}

not_announced() {
  tell_unready --field-selector "spec.nodeName=$NODE"
  die "no other node has a route to the pods of $NODE: flannel does not start there"
}

# old_pods: NAMESPACE, NAME and kind of what made it, of each pod that was there before the node.
old_pods() {
  local made
  made=$(kubectl get node "$NODE" --request-timeout 10s -o 'jsonpath={.metadata.creationTimestamp}')
  kubectl get pods --all-namespaces --field-selector "spec.nodeName=$NODE" --request-timeout 10s --no-headers \
    -o 'custom-columns=N:.metadata.namespace,P:.metadata.name,O:.metadata.ownerReferences[0].kind,H:.spec.hostNetwork,S:.status.startTime' |
    awk -v made="$made" '$4 != "true" && $5 < made { print $1, $2, $3 }'
}

let_go() {
  local namespace pod owner
  while read -r namespace pod owner; do
    if [ "$owner" = '<none>' ]; then
      log "the pod $namespace/$pod on $NODE has an address that is no longer reached, and no controller that replaces it: delete it and create it again"
    elif [ -n "$pod" ]; then
      kubectl --namespace "$namespace" delete pod "$pod" --wait=false --request-timeout 10s >&2 || true
    fi
  done
}

down() { :; }
