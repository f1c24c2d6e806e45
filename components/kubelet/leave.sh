# Taking a machine out of its cluster, as far as the machine itself goes.
# Reads: CRI_SOCKET

leave_cluster() {
  # With the etcd phase kubeadm would empty /var/lib/etcd, whoever's it is (kubeadm issue 3225).
  if command -v kubeadm >/dev/null; then
    kubeadm reset --force --skip-phases=remove-etcd-member --cri-socket="$CRI_SOCKET" >&2 ||
      die "kubeadm reset failed on $(hostname): its own words are above"
  fi
  systemctl stop --quiet kubelet.service 2>/dev/null || true
  rm -rf /var/lib/kubelet /var/lib/cni /var/lib/dockershim /run/flannel /etc/cni/net.d /var/log/pods /var/log/containers
  # kubeadm leaves these directories where it found files of its own in them.
  rm -rf /etc/kubernetes/manifests /etc/kubernetes/pki /etc/kubernetes/tmp
  rm -f /etc/kubernetes/*.conf
  remove_empty /etc/kubernetes
  rmdir /etc/cni 2>/dev/null || true
  rm -rf /usr/libexec/kubernetes
  local link
  for link in cni0 flannel.1 kube-ipvs0; do ip link delete "$link" 2>/dev/null || true; done
  iptables_without 'KUBE-|FLANNEL-|CNI-|cni0|flannel'
}
