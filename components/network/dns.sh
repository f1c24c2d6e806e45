# On a master: names resolve in the cluster. kubeadm deploys CoreDNS, and it starts once a node has the pod network.

export KUBECONFIG=/etc/kubernetes/admin.conf

up() {
  wait_for 300 "CoreDNS to be available" dns_available && return
  kubectl --namespace kube-system describe pods --selector k8s-app=kube-dns 2>/dev/null | sed -n '/^Events:/,$p' | tail -n 12 >&2 || true
  tell_unready --field-selector status.phase!=Succeeded
  die "names do not resolve in the cluster: CoreDNS is not available; the system's pods that are not ready are above"
}

dns_available() {
  [ "$(kubectl --namespace kube-system get deployment coredns --request-timeout 3s \
    -o 'jsonpath={.status.conditions[?(@.type=="Available")].status}')" = True ]
}

down() { :; }
