# What kubeadm is told of the cluster.
# Reads: KUBEADM_CONFIG AUTHORITY COREDNS_IMAGE ADMIN PROXY

configuration() {
  local name
  name=$(cluster_name)
  printf '%s' "${KUBEADM_CONFIG/@CLUSTER_NAME@/"$name"}"
}

# The authorities were made with it, and a stack that is renamed changes nothing here. The timer has no secret to look into.
cluster_name() {
  if [ -s "$ADMIN" ]; then cat "$ADMIN"; else sed -n 's/^admin.conf //p' <<<"$AUTHORITY" | base64 -d; fi |
    sed -n 's/^current-context: kubernetes-admin@//p'
}

# as_servers_are COMMAND...: kubeadm writes the proxies of its environment into what it makes. A cluster that an earlier release gave them to keeps
# them.
as_servers_are() {
  if grep -qsiE '^ *- name: (https?|ftp|all|no)_proxy$' /etc/kubernetes/manifests/kube-apiserver.yaml; then by_proxy "$@"; else "$@"; fi
}

# kubeadm makes the Service last: one that was cut off before leaves none, and nobody finds CoreDNS.
dns_is_current() { [ "$(dns_image)" = "$COREDNS_IMAGE" ] && has_dns_service; }

has_dns_service() { kubectl --kubeconfig "$ADMIN" --namespace kube-system get service kube-dns --request-timeout 10s >/dev/null 2>&1; }

# Asked by this node's proxy: a new master has no API server yet.
dns_image() {
  api_ready "$PROXY" || return
  kubectl --kubeconfig "$ADMIN" --namespace kube-system get deployment coredns --request-timeout 10s \
    -o 'jsonpath={.spec.template.spec.containers[0].image}' 2>/dev/null
}
