# On a master, when all have their servers: the cluster is told its configuration, by which machines join, and gets kubeadm's add-ons.
# Before that, no add-on may be newer than the oldest API server, and no machine may join with a newer kubelet.
# Reads: KUBEADM_CONFIG KUBELET_DEFAULTS COREDNS_IMAGE PROXY
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
  forget_authorities
  restart_distrustful
}

# kubeadm moves the settings of CoreDNS on, from releases that it knows, and fails on one that is newer than itself: that goes
# back before kubeadm looks, on the settings that it has.
replace_dns() {
  local image newest release=${COREDNS_IMAGE##*:}
  image=$(dns_image) || image=
  newest=$(printf '%s\n' "${image##*:}" "$release" | sort -V | tail -n 1)
  [ -z "$image" ] || [ "$newest" = "$release" ] ||
    as_admin set image deployment/coredns "coredns=$COREDNS_IMAGE" --request-timeout 10s >&2 ||
    die "CoreDNS cannot be changed from ${image##*:} to $release: kubectl's output is above"
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
  die "kube-proxy is not the new one on all nodes: its pods are above. Start machines whose nodes are not ready, or mark those that are gone for good with \`lost: true\`, and run up again"
}

# forget_authorities: API servers tell aggregated ones whom to trust, and add to what they have told before: what was forgotten would be trusted
# by those for as long as it is valid. They write it anew where it is gone.
forget_authorities() {
  trusts_others || return 0
  log "aggregated API servers are told of these authorities alone"
  as_admin delete configmap extension-apiserver-authentication --ignore-not-found --request-timeout 10s >&2
  wait_for 60 "the API servers to tell whom to trust" trust_is_told ||
    die "no API server writes the ConfigMap kube-system/extension-apiserver-authentication anew: see the logs of kube-apiserver"
  ! trusts_others || die "an API server still trusts another authority than those in $PKI: see kube-system/extension-apiserver-authentication, and run up again"
}

trusts_others() {
  local told
  told=$(as_admin get configmap extension-apiserver-authentication --ignore-not-found --request-timeout 10s \
    -o 'jsonpath={.data.client-ca-file}{.data.requestheader-client-ca-file}') ||
    die "the API does not tell whom aggregated API servers trust, and it may be an authority that was forgotten: run up again"
  [ -n "$(comm -23 <(certificates_in <<<"$told") <(cat "$PKI/ca.crt" "$PKI/front-proxy-ca.crt" | certificates_in))" ]
}

trust_is_told() { as_admin get configmap extension-apiserver-authentication --request-timeout 5s; }

# certificates_in: those on standard input, a line each.
certificates_in() { awk '/-----BEGIN/ { text = ""; next } /-----END/ { print text; next } { text = text $0 }' | sort -u; }

as_admin() { kubectl --kubeconfig "$ADMIN" --namespace kube-system "$@"; }

down() { :; }
