# The kubelet as a unit, with the files that it reads when it starts.
# Reads: KUBELET_CONFIG_FILE

# ignored_here: kubeadm's look at the kernel ends with an error for control groups of version 1, also where the kubelet is told to run on them,
# as it is here. What else it looks at, the preflight does.
ignored_here() { [ -e /sys/fs/cgroup/cgroup.controllers ] || printf ',SystemVerification'; }

# forget_credentials: the machine becomes a node as a new one does.
forget_credentials() {
  systemctl stop kubelet.service
  rm -f /etc/kubernetes/kubelet.conf /var/lib/kubelet/pki/kubelet-{client,server}-*
}

# for_kubelet FUNCTION: calls it with the unit and its files.
for_kubelet() { "$1" kubelet.service "$KUBELET_CONFIG_FILE" /etc/systemd/system/kubelet.service /usr/local/bin/kubelet; }
