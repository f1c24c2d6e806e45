# A node takes its turn: the units restart whose restart was deferred, and the node must be ready again before the next batch
# begins. Where it is not, it goes back to the settings that it was well on.
# Reads: NODE RELEASE DRAIN DRAIN_SECONDS VIRTUAL_ADDRESS CA_CRT KUBELET_CONFIG_FILE
# Runs again for: REVISIONS AUTHORITIES

export KUBECONFIG=/etc/kubernetes/kubelet.conf

up() {
  local began ready minor='' kept=''
  [ -e "$KUBECONFIG" ] || no_kubeconfig
  # Another revision of the scripts brings this one here; it may have deferred nothing. A run that was cut off may have left it cordoned.
  has_turns || authorities_differ || is_cordoned_by_us || return 0
  began=$(date +%s)
  ! goes_to_another_minor || minor=yes
  if [ -n "$minor" ]; then
    follows_servers
    drain
  fi
  ready=$(pods_ready) || die "the API did not list the pods of $NODE, so nothing is restarted: see systemctl status kubelet.service there"
  yield_address
  follow_authorities
  take_turns turn_failed
  began=$(later "$began" "$(kubelet_started)")
  wait_for 120 "the node $NODE to be ready again" node_is_back "$began" || node_failed
  [ -z "$minor" ] || await_servers "$began"
  wait_for 180 "the pods that were ready on $NODE to be ready again" pods_are_back "$ready" || node_failed
  end_turns
  keep_address
  uncordon || die "$NODE runs on its new settings, and takes no pods yet: the API did not take the mark of its drain away${kept:+, and said: $kept}. Run up again"
  log "$NODE runs on its new settings"
}

no_kubeconfig() {
  die "$(hostname) has joined the cluster, and $KUBECONFIG is gone, as after kubeadm reset: nothing of its node runs here any more." \
    "With keelson:survey on, the next up finds that, and the machine joins once more"
}

# What the kubelet of before has told may be of after the drain began.
kubelet_started() {
  local pid
  pid=$(systemctl show --property=MainPID --value kubelet.service)
  [ "${pid:-0}" = 0 ] || printf '%s' "$(($(date +%s) - $(ps -o etimes= -p "$pid")))"
}

later() { printf '%s\n' "$@" | sort -n | tail -n 1; }

# turn_failed: units are on their last good start again, and whoever failed has said why.
turn_failed() {
  keep_address
  ! curl -fsS --max-time 2 -o /dev/null http://127.0.0.1:10248/healthz 2>/dev/null || uncordon || true
}

# Told since the restarts began, and not before.
node_is_back() {
  local told
  told=$(kubectl get lease "$NODE" --namespace kube-node-lease --request-timeout 3s -o 'jsonpath={.spec.renewTime}') || return
  [ "$(date -d "$told" +%s)" -gt "$1" ] && node_ready
}

node_ready() {
  [ "$(kubectl get node "$NODE" --request-timeout 3s -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# UID, phase, kind of what made it, and readiness of every pod here.
pods() {
  kubectl get pods --all-namespaces --field-selector "spec.nodeName=$NODE" --request-timeout 5s \
    -o 'jsonpath={range .items[*]}{.metadata.uid}{" "}{.status.phase}{" "}{.metadata.ownerReferences[0].kind}{"/ "}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}'
}

pods_ready() { pods 2>/dev/null | awk '$4 == "True" { print $1 }'; }

# Pods that are gone, or have done what they were for, are not awaited, nor those that were not ready before.
pods_are_back() {
  local now
  now=$(pods) || return
  awk -v ready="$1" 'BEGIN { split(ready, list, "\n"); for (i in list) was[list[i]] = 1 } $1 in was && $4 != "True" && $2 != "Succeeded" && $2 $3 != "FailedJob/" { exit 1 }' <<<"$now"
}

# The kubelet of another minor release makes the containers of static pods anew, some time after it has said that its node is ready.
await_servers() {
  local manifest=/etc/kubernetes/manifests/kube-apiserver.yaml address port
  [ -e "$manifest" ] || return 0
  address=$(sed -n 's/^ *- --advertise-address=//p' "$manifest")
  port=$(sed -n 's/^ *- --secure-port=//p' "$manifest")
  wait_for 60 "the API server of $NODE to be started again" server_is_new "$1" || true
  wait_for 120 "the API server of $NODE to be ready" \
    curl -fsS --max-time 3 --cacert /etc/kubernetes/pki/ca.crt "https://$address:$port/readyz" || node_failed
}

server_is_new() {
  local pid age
  pid=$(server_process kube-apiserver) && age=$(ps -o etimes= -p "$pid") && [ $(($(date +%s) - age)) -ge "$1" ]
}

node_failed() {
  local differs back="it goes on with them, for those of its last good start are not known"
  kubectl describe node "$NODE" 2>/dev/null | sed -n '/^Conditions:/,/^Addresses:/p' >&2 || true
  journalctl --no-pager --lines=10 --unit=kubelet.service >&2 || true
  differs=$(each_restarted changes)
  if [ -n "$differs" ]; then
    turn_back && uncordon && back="it is on those of its last good start again" || back="it does not come up on those of its last good start either"
  fi
  keep_address
  die "$NODE is not healthy on its new settings, and $back; no other node is restarted." \
    "Its conditions and the kubelet's last lines are above.$(told "$differs" "")"
}

down() {
  forget_turns
  forget_read
}
