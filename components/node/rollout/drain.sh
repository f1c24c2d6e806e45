# A node is emptied before its kubelet goes to another minor release, by the node's own rights: it may evict its own pods, and no others.
# Reads: NODE RELEASE DRAIN DRAIN_SECONDS

goes_to_another_minor() {
  local now
  now=$(node_has .status.nodeInfo.kubeletVersion) || die "the API did not report node $NODE, so nothing is restarted: see systemctl status kubelet.service there"
  [ "$(minor_of "${now#v}")" != "$(minor_of "$RELEASE")" ]
}

# follows_servers: no kubelet is of a later minor than the API servers. A run with --target may leave those out.
follows_servers() {
  local server
  server=$(kubectl get --raw /version --request-timeout 10s | sed -n 's/.*"gitVersion": *"v\([^"]*\)".*/\1/p')
  [ -n "$server" ] || die "the API does not tell its release, so nothing of $NODE is restarted: run up again"
  [ "$(printf '%s\n' "$(minor_of "$RELEASE")" "$(minor_of "$server")" | sort -V | tail -n 1)" = "$(minor_of "$server")" ] ||
    die "the kubelet of $NODE would be of $RELEASE, later than the API server, which is of $server; nothing of it is restarted. The masters come first: run up without --target"
}

minor_of() { cut -d . -f 1,2 <<<"$1"; }

node_has() { kubectl get node "$NODE" --request-timeout 10s -o "jsonpath={$1}"; }

# drain: evictions heed disruption budgets. Pods that nothing would make again stay: what runs goes on under the new kubelet. So do those
# that come to a cordoned node, for they would come again.
drain() {
  [ "$DRAIN" = true ] || return 0
  local deadline=$((SECONDS + DRAIN_SECONDS)) looked='' first='' left='' refusal='' bare namespace pod ends
  cordon
  bare=$(pods_to_go bare | awk '{ print $1 "/" $2 }' | paste -sd ' ' -) || bare=
  [ -z "$bare" ] || log "pods of $NODE without a controller stay on it, for nothing would make them again: $bare"
  until look_at_pods && [ -z "$left" ]; do
    # Each is asked to leave once at least, however little time there is.
    while read -r namespace pod ends _; do
      [ "$ends" != '<none>' ] || evict "$namespace" "$pod"
    done <<<"$left"
    [ "$SECONDS" -le "$deadline" ] || not_drained
    sleep 1
  done
}

# look_at_pods: left is those that may leave, and were here at the first look.
look_at_pods() {
  left=$(pods_to_go owned) || return
  [ -n "$looked" ] || first=$left looked=yes
  left=$(awk 'NR == FNR { first[$4]; next } NF && $4 in first' <(printf '%s\n' "$first") - <<<"$left")
}

# One that somebody else has cordoned stays so afterwards.
cordon() {
  [ "$(node_has .spec.unschedulable)" != true ] || return 0
  log "$NODE is cordoned and drained: its kubelet changes to $RELEASE"
  cordon_for "$RELEASE"
}

is_cordoned_by_us() {
  local mark=
  wait_for 60 "the API to report node $NODE" read_mark || die "the API did not report node $NODE: see systemctl status kubelet.service there"
  [ -n "$mark" ]
}

read_mark() { mark=$(node_has "$(mark_of_cordon)"); }

# The API may be away for a moment, where this machine has a server of it.
uncordon() { wait_for 60 "the API to let $NODE take pods again" lift_cordon; }

lift_cordon() {
  local mark
  read_mark || return
  # shellcheck disable=SC2034 # rollout.sh reads it.
  [ -z "$mark" ] || kept=$(end_cordon 2>&1)
}

# pods_to_go owned | bare: a line for each that runs here and may leave: NAMESPACE NAME ENDS UID. Pods of the machine itself, and of its
# DaemonSets, are at home here.
pods_to_go() {
  kubectl get pods --all-namespaces --field-selector "spec.nodeName=$NODE" --request-timeout 10s --no-headers \
    -o 'custom-columns=N:.metadata.namespace,P:.metadata.name,D:.metadata.deletionTimestamp,O:.metadata.ownerReferences[0].kind,S:.status.phase,U:.metadata.uid' |
    awk -v bare="$1" '$5 != "Succeeded" && $5 != "Failed" && $4 != "DaemonSet" && $4 != "Node" && ($4 == "<none>") == (bare == "bare") { print $1, $2, $3, $6 }'
}

evict() {
  local said
  said=$(kubectl create --raw "/api/v1/namespaces/$1/pods/$2/eviction" --request-timeout 10s -f - 2>&1 \
    <<<"{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"namespace\": \"$1\", \"name\": \"$2\"}}") || refusal="$1/$2: $said"
}

not_drained() {
  left=$(awk '{ print $1 "/" $2 }' <<<"$left" | paste -sd ' ' -)
  uncordon || true
  die "$NODE could not be drained within $DRAIN_SECONDS s: it takes pods again, its kubelet stays as it is, and no other node is restarted. Pods that are still there: ${left:-not known}.${refusal:+ What the API said last of $refusal.}" \
    "Where a PodDisruptionBudget holds them, give them another replica, or change the budget, and run up again; kubernetes.drainTimeout gives them longer." \
    "kubernetes.upgrade.drain: false leaves pods where they are"
}
