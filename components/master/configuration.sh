# On a master, when all have their servers: the cluster is told its configuration, by which machines join, and gets kubeadm's add-ons.
# Before that, no add-on may be newer than the oldest API server, and no machine may join with a newer kubelet.
# Reads: KUBEADM_CONFIG KUBELET_DEFAULTS COREDNS_TAG PROXY
# Runs again for: AUTHORITIES RESTORED

# shellcheck disable=SC2034 # kubeadm.sh reads it.
readonly PKI=/etc/kubernetes/pki
readonly ADMIN=/etc/kubernetes/admin.conf
readonly PROXIES=(daemonset kube-proxy)

up() {
  local configuration before
  configuration=$(configuration && printf -- '---\n%s' "$KUBELET_DEFAULTS")
  wait_for 60 "this node's proxy to lead to the API" api_ready "$PROXY" || die "the API does not answer at https://$PROXY on $(hostname)"
  before=$(generation)
  phase upload-config all
  phase bootstrap-token
  phase addon kube-proxy
  dns_is_current || replace_dns
  [ -z "$before" ] || [ "$before" = "$(generation)" ] || await_proxies
  restart_distrustful
}

# kubeadm moves the settings of CoreDNS on, from releases that it knows, and fails on one that is newer than itself: that goes
# back before kubeadm looks, on the settings that it has.
replace_dns() {
  local image newest
  image=$(dns_image) || image=
  newest=$(printf '%s\n' "${image##*:}" "$COREDNS_TAG" | sort -V | tail -n 1)
  [ -z "$image" ] || [ "$newest" = "$COREDNS_TAG" ] ||
    as_admin set image deployment/coredns "coredns=${image%:*}:$COREDNS_TAG" --request-timeout 10s >&2 ||
    die "CoreDNS cannot be changed from ${image##*:} to $COREDNS_TAG: kubectl's output is above"
  phase addon coredns
}

phase() {
  as_servers_are kubeadm init phase "$@" --config /dev/stdin <<<"$configuration" >"/run/keelson/$SCRIPT.log" 2>&1 || phase_failed "$@"
  rm -f "/run/keelson/$SCRIPT.log"
}

phase_failed() {
  grep -vE 'token|certificate-key' "/run/keelson/$SCRIPT.log" | tail -n 12 >&2 || true
  die "kubeadm init phase $* failed on $(hostname): its output is above"
}

generation() { as_admin get "${PROXIES[@]}" --ignore-not-found --request-timeout 10s -o 'jsonpath={.metadata.generation}'; }

# They are replaced node by node; the rules that they have set hold meanwhile.
await_proxies() {
  local nodes
  nodes=$(as_admin get nodes --request-timeout 10s -o name | wc -l)
  log "kube-proxy is replaced on $nodes nodes, one after the other"
  as_admin rollout status "${PROXIES[@]}" --timeout "$((60 + 20 * nodes))s" >&2 && return
  as_admin get pods --selector k8s-app=kube-proxy --request-timeout 10s -o wide >&2 || true
  die "kube-proxy is not the new one on all nodes: its pods are above"
}

as_admin() { kubectl --kubeconfig "$ADMIN" --namespace kube-system "$@"; }

down() { :; }
