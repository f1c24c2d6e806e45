# On a master: the cluster is well, as far as it can be seen from there. It runs when something was found not to be.
# Reads: NODES MEMBERS NGINX

export KUBECONFIG=/etc/kubernetes/admin.conf
readonly PKI=/etc/kubernetes/pki
readonly NODELESS="has no node in the cluster"

up() {
  wait_for 60 "the API to answer" kubectl get --raw /readyz --request-timeout 3s || api_failed
  wait_for 60 "every member of etcd to be part of a quorum" all_members_well || members_failed
  wait_for 60 "every node to be ready" all_ready || nodes_failed
  [ -z "$NGINX" ] || wait_for 60 "nginx to answer at $NGINX" curl -fsS --max-time 3 -o /dev/null "$NGINX" || nginx_failed
  log "the API answers, etcd's members are well, and all nodes are ready"
}

# unready: a line for each node of the stack that is not ready: NAME, and what the cluster says of it.
unready() {
  local list node
  list=$(kubectl get nodes --request-timeout 5s \
    -o 'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.conditions[?(@.type=="Ready")].status}{" "}{.status.conditions[?(@.type=="Ready")].message}{"\n"}{end}') || return
  for node in "${NODES[@]}"; do
    if ! grep -q "^$node " <<<"$list"; then
      printf '%s %s\n' "$node" "$NODELESS"
    elif ! grep -q "^$node True" <<<"$list"; then
      sed -n "s/^$node \S* *//p" <<<"$list" | sed "s/^/$node: /"
    fi
  done
}

# all_members_well: also where the API goes on by the others.
all_members_well() {
  local member
  unwell=()
  for member in "${MEMBERS[@]}"; do
    curl -fsS --max-time 3 -o /dev/null --cacert "$PKI/etcd/ca.crt" --cert "$PKI/apiserver-etcd-client.crt" --key "$PKI/apiserver-etcd-client.key" \
      "${member#* }/health" || unwell+=("$member")
  done
  [ "${#unwell[@]}" = 0 ]
}

all_ready() {
  local list
  list=$(unready) && [ -z "$list" ]
}

api_failed() {
  last_words_of kube-apiserver >&2
  die "the API does not answer on $(hostname): the last line of kube-apiserver there is above, if it has one; see systemctl status kubelet.service, and systemctl status etcd.service on the members of etcd"
}

members_failed() {
  die "of etcd's members, these are not part of a quorum: $(IFS=, && printf '%s' "${unwell[*]}"). The API goes on by the others, and one more may be the end." \
    "See journalctl -u etcd on them; one whose machine is gone for good, or was emptied, is marked with \`lost: true\`"
}

nodes_failed() {
  local list
  list=$(unready) || list="the API does not answer"
  log "$list"
  [[ $list != *"$NODELESS"* ]] ||
    log "a node that somebody deleted: systemctl restart kubelet.service on its machine makes it again; then pulumi refresh and pulumi up give it its labels and taints again." \
      "On a master kubeadm has set some besides: kubectl label node NAME node-role.kubernetes.io/control-plane=, and, where it takes no pods, kubectl taint node NAME node-role.kubernetes.io/control-plane:NoSchedule"
  die "not every node is ready; what the cluster says of them is above. Start a machine that is down, or see systemctl status kubelet.service on it; one that is gone for good is marked with \`lost: true\`"
}

nginx_failed() {
  kubectl get pods --selector app=web --request-timeout 5s -o wide >&2 || true
  die "nginx does not answer at $NGINX; its pods are above: see kubectl describe pods, and kube-proxy in kube-system"
}

# last_words_of CONTAINER: the last line of a static pod's newest log; the kubelet keeps it whatever the runtime is.
last_words_of() {
  local logs
  mapfile -t logs < <(ls -t /var/log/pods/kube-system_"$1"-*/"$1"/*.log 2>/dev/null)
  [ "${#logs[@]}" = 0 ] || tail -n 1 "${logs[0]}"
}

down() { :; }
