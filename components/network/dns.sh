# On a master: names resolve in the cluster. kubeadm deploys CoreDNS, and it starts once a node has the pod network.

export KUBECONFIG=/etc/kubernetes/admin.conf

up() {
  wait_for 300 "CoreDNS to be available" dns_available && return
  kubectl --namespace kube-system describe pods --selector k8s-app=kube-dns >&2 || true
  die "names do not resolve in the cluster: CoreDNS is not available; its pods are above"
}

dns_available() {
  kubectl --namespace kube-system get deployment coredns --request-timeout 3s \
    -o 'jsonpath={.status.conditions[?(@.type=="Available")].status}' | grep -qx True
}

down() { :; }
