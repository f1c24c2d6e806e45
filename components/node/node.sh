# On a master: a machine's node is drained and deleted on the way out.
# Reads: NODE DRAIN_SECONDS LOST
# Runs again for: RESTORED

export KUBECONFIG=/etc/kubernetes/admin.conf

# What is to be undone is known before there is anything: a join that fails may leave a node.
up() { :; }

down() {
  # What waited for it here ends with it, also where the state does not know of that; earlier releases admitted it here as well.
  rm -rf "$SCRIPTS/$NODE"-{admit,ready}
  # A master that is gone, or going, has no node to give back.
  [ -e "$KUBECONFIG" ] && command -v kubectl >/dev/null || return 0
  if [ "$LOST" != false ]; then
    wait_for 60 "the API to tell whether the kubelet of $NODE is at work" knows_lease "$NODE" ||
      die "the API does not tell whether the kubelet of $NODE is at work, so its node stays: see make doctor, and run up again when the API answers"
    ! is_at_work "$NODE" || refuse_living
    keep_out
  fi
  wait_for 60 "the API to tell of the node $NODE" knows_node ||
    die "the API does not tell whether there is a node $NODE, so nothing of it is taken away: see make doctor, and run up again when the API answers"
  [ -n "$found" ] || return 0
  if [ "$LOST" != false ]; then
    # On a node that is there, others would take the place of its pods.
    kubectl delete node "$NODE" --ignore-not-found >&2
    give_up_pods
    return
  fi
  if [ "$(readiness)" = Unknown ]; then
    refuse_silent
  else
    name_bare
    cordon
    drain || stays
  fi
  kubectl delete node "$NODE" --ignore-not-found >&2
}

knows_node() { found=$(kubectl get node "$NODE" --request-timeout 10s --ignore-not-found -o name); }

# Unknown is a node that has told nothing for so long that the cluster has given it up.
readiness() { kubectl get node "$NODE" --request-timeout 3s -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'; }

refuse_living() {
  die "node $NODE was marked as lost, and its kubelet has renewed its lease just now: the machine is at work, and its pods would run twice." \
    "Switch it off and run up again; or take lost: true back, and see why this computer does not reach it"
}

# What the machine's kubelet proves itself with cannot be revoked: where the machine boots again, it makes no node of this name
# until it is admitted anew. Whoever has the keys of a lost master can take this away: only other authorities keep those out.
keep_out() {
  kubectl apply --server-side --force-conflicts --field-manager keelson -f - >&2 <<EOF
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: keelson-lost-$NODE
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - apiGroups: [""]
        apiVersions: [v1]
        operations: [CREATE]
        resources: [nodes]
  matchConditions:
    - name: of-this-machine
      expression: object.metadata.name == '$NODE'
  validations:
    - expression: "false"
      message: machine $NODE was marked as lost, and joins again only when keelson admits it
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: keelson-lost-$NODE
spec:
  policyName: keelson-lost-$NODE
  validationActions: [Deny]
EOF
}

# Nobody is there to end the pods of a dead machine. The cluster would find out within a minute or so; until then Services
# would lead to them, and no others would start in their place.
give_up_pods() {
  log "the pods of $NODE are deleted from the API, for nobody is there to end them"
  kubectl delete pods --all-namespaces --field-selector "spec.nodeName=$NODE" --force --grace-period=0 --wait=false >&2 2>/dev/null || true
}

# A machine that says nothing may be at work all the same, behind a network that is broken: the same pods would run twice.
refuse_silent() {
  local pods
  pods=$(pods_of others) ||
    die "node $NODE does not answer, and the API does not list its pods, which may still run there: the node stays. Run up again when the API answers"
  [ -n "$pods" ] || return 0
  die "node $NODE does not answer, and stays: its pods may still run there, and would run twice ($pods)." \
    "Start the machine again, or its kubelet, and run up; or where it is gone for good, put it back into machines with lost: true, and run up"
}

# pods_of others | bare: those on the node that a drain ends; those among them that nothing makes again.
pods_of() {
  kubectl get pods --all-namespaces --field-selector "spec.nodeName=$NODE" --no-headers \
    -o 'custom-columns=N:.metadata.namespace,P:.metadata.name,O:.metadata.ownerReferences[0].kind' |
    awk -v which="$1" 'which == "bare" ? $3 == "<none>" : $3 != "DaemonSet" && $3 != "Node" { print $1 "/" $2 }' | paste -sd ' ' -
}

name_bare() {
  local pods
  pods=$(pods_of bare)
  [ -z "$pods" ] || log "these pods of $NODE have no controller that makes them again, and are deleted for good: $pods"
}

drain() {
  local drain
  kubectl drain "$NODE" --ignore-daemonsets --delete-emptydir-data --force --timeout "${DRAIN_SECONDS}s" >&2 &
  drain=$!
  while kill -0 "$drain" 2>/dev/null; do
    if [ "$(readiness)" = Unknown ]; then
      kill "$drain" 2>/dev/null || true
      uncordon
      refuse_silent
      return 0
    fi
    sleep 1
  done
  wait "$drain"
}

# What holds the machine may be mended at leisure: until then its node takes pods as it did.
stays() {
  local pods
  uncordon
  pods=$(pods_of others) || pods="not known"
  die "$NODE could not be drained within $DRAIN_SECONDS s, and stays in the cluster. Pods that are still there: $pods." \
    "Where a PodDisruptionBudget holds them, let them have another replica, or change the budget, and run up again; kubernetes.drainTimeout gives them longer"
}

# Where the script is cut off it is known by the mark whose cordon that is. One that somebody else has made stays so.
cordon() {
  local marks
  cordoned=no
  marks=$(kubectl get node "$NODE" --request-timeout 10s -o "jsonpath={.spec.unschedulable} {$(mark_of_cordon)}")
  if [ "$marks" != "true " ]; then
    cordon_for leaving
    cordoned=yes
  fi
}

uncordon() { [ "$cordoned" != yes ] || end_cordon || true; }
