# What runs in every cluster reads once whom it trusts: it starts again where it did so before the authorities changed.
# Reads: PKI

# Namespace, kind, name, and the selector of the pods.
readonly ADDONS=(
  "kube-system daemonset kube-proxy k8s-app=kube-proxy"
  "kube-flannel daemonset kube-flannel-ds app=flannel"
  "kube-system deployment coredns k8s-app=kube-dns"
)

# restart_distrustful: pod after pod, where there is a kubelet that ends them.
restart_distrustful() {
  local addon namespace kind name selector since pods pod node others left=()
  wait_for 180 "the controller manager to tell pods of the authorities" roots_are_told ||
    die "pods do not get the cluster's authorities: the ConfigMap kube-system/kube-root-ca.crt differs from $PKI/ca.crt on $(hostname). See the logs of kube-controller-manager"
  for addon in "${ADDONS[@]}"; do
    read -r namespace kind name selector <<<"$addon"
    since=$(told_since "$namespace")
    [ -n "$since" ] || continue
    pods=$(pods_before "$since" "$namespace" "$selector")
    while read -r pod node; do
      [ -n "$pod" ] || continue
      if ! node_is_ready "$node"; then
        left+=("$namespace/$pod on $node")
        continue
      fi
      log "$namespace/$pod is restarted: it started with the previous authorities"
      others=$(ready_besides "$pod" "$namespace" "$selector")
      as_admin delete pod "$pod" --namespace "$namespace" --ignore-not-found --wait=false --request-timeout 60s >&2
      wait_for 180 "another pod in the place of $namespace/$pod" is_replaced "$others" "$pod" "$namespace" "$selector" ||
        die "$kind $namespace/$name does not come up after a restart of its pod $pod: see kubectl --namespace $namespace get pods"
    done <<<"$pods"
  done
  [ "${#left[@]}" = 0 ] ||
    die "pods that began with the previous authorities are still there, for their nodes are not ready: $(printf '%s, ' "${left[@]}" | sed 's/, $//'). All others have the new ones." \
      "Start these machines, or mark those that are gone for good with \`lost: true\`, and run up again"
}

node_is_ready() {
  [ "$(as_admin get node "$1" --request-timeout 10s -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# ready_besides POD NAMESPACE SELECTOR: how many others are ready.
ready_besides() { readiness "$2" "$3" | awk -v pod="$1" '$1 != pod && $2 == "True" { count++ } END { print count + 0 }'; }

# is_replaced OTHERS POD NAMESPACE SELECTOR: it is gone, and more than OTHERS are ready.
is_replaced() {
  local pods
  pods=$(readiness "$3" "$4") || return
  ! grep -q "^$2 " <<<"$pods" && [ "$(grep -c ' True$' <<<"$pods")" -gt "$1" ]
}

# readiness NAMESPACE SELECTOR: a line for each pod, NAME and whether it is ready.
readiness() {
  as_admin get pods --namespace "$1" --selector "$2" --request-timeout 10s \
    -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}'
}

roots_are_told() {
  local told
  told=$(as_admin get configmap kube-root-ca.crt --request-timeout 5s -o 'jsonpath={.data.ca\.crt}') && same_text <(printf '%s' "$told") "$PKI/ca.crt"
}

# told_since NAMESPACE: when its pods were told of other authorities than those that it began with.
told_since() {
  local made changed
  read -r made changed < <(as_admin get configmap kube-root-ca.crt --namespace "$1" --ignore-not-found --show-managed-fields --request-timeout 5s \
    -o 'jsonpath={.metadata.creationTimestamp} {.metadata.managedFields[*].time}' | tr ' ' '\n' | sort | sed -n '1p;$p' | paste -sd ' ' -) || true
  [ "${made:-}" = "${changed:-}" ] || printf '%s' "$changed"
}

# pods_before TIME NAMESPACE SELECTOR: POD NODE of those with a container that was started no later.
pods_before() {
  as_admin get pods --namespace "$2" --selector "$3" --request-timeout 10s \
    -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.spec.nodeName}{" "}{.status.containerStatuses[*].state.running.startedAt}{"\n"}{end}' |
    awk -v since="$1" '{ for (i = 3; i <= NF; i++) if ($i <= since) { print $1, $2; next } }'
}
