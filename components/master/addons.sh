# What runs in every cluster reads once whom it trusts: it starts again where it did so before the authorities changed.
# Reads: PKI

# Namespace, kind, name, and the selector of the pods.
readonly ADDONS=(
  "kube-system daemonset kube-proxy k8s-app=kube-proxy"
  "kube-flannel daemonset kube-flannel-ds app=flannel"
  "kube-system deployment coredns k8s-app=kube-dns"
)

restart_distrustful() {
  local addon namespace kind name selector since pod
  wait_for 180 "the controller manager to tell pods of the authorities" roots_are_told ||
    die "pods do not get the cluster's authorities: the ConfigMap kube-system/kube-root-ca.crt differs from $PKI/ca.crt on $(hostname). See the logs of kube-controller-manager"
  for addon in "${ADDONS[@]}"; do
    read -r namespace kind name selector <<<"$addon"
    since=$(told_since "$namespace")
    [ -n "$since" ] || continue
    for pod in $(pods_before "$since" "$namespace" "$selector"); do
      log "$namespace/$pod is restarted: it started with the previous authorities"
      as_admin delete pod "$pod" --namespace "$namespace" --ignore-not-found --request-timeout 60s >&2
      sleep 1
      as_admin rollout status "$kind/$name" --namespace "$namespace" --timeout 180s >&2 ||
        die "$kind $namespace/$name does not come up after a restart of its pod $pod: see kubectl --namespace $namespace get pods"
    done
  done
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

# pods_before TIME NAMESPACE SELECTOR: those with a container that was started no later.
pods_before() {
  as_admin get pods --namespace "$2" --selector "$3" --request-timeout 10s \
    -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.containerStatuses[*].state.running.startedAt}{"\n"}{end}' |
    awk -v since="$1" '{ for (i = 2; i <= NF; i++) if ($i <= since) { print $1; next } }'
}
