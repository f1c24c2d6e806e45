# Pods without which a cluster is none: what a node or a name waits for is often one of them.

# tell_unready [OPTION...]: the system's pods that are not ready, as kubectl's OPTIONs choose among them, with the last word on each.
tell_unready() {
  local namespace pod place why said lines=0
  while read -r namespace pod place why; do
    said=$(kubectl --namespace "$namespace" get events --field-selector "involvedObject.name=$pod,type=Warning" --sort-by .lastTimestamp \
      --request-timeout 5s --no-headers -o 'custom-columns=M:.message' 2>/dev/null | tail -n 1 | cut -c 1-300 || true)
    log "$namespace/$pod on ${place/#-/no node} is not ready: ${why:-no container of it was started}${said:+; $said}"
    [ "$((lines += 1))" -lt 8 ] || return 0
  done < <(for namespace in kube-system kube-flannel; do unready "$namespace" "$@"; done)
}

unready() {
  kubectl --namespace "$1" get pods "${@:2}" --request-timeout 5s -o \
    'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\t"}{.metadata.namespace}{"\t"}{.metadata.name}{"\t"}{.spec.nodeName}{"\t"}{.status.containerStatuses[*].state.waiting.reason}{" "}{.status.containerStatuses[*].state.waiting.message}{"\n"}{end}' \
    2>/dev/null | awk -F '\t' 'NF > 3 && $1 != "True" { print $2, $3, $4 == "" ? "-" : $4, substr($5, 1, 300) }' || true
}
