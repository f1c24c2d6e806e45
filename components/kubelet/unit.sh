# The kubelet as a unit, with the files that it reads when it starts.
# Reads: KUBELET_CONFIG_FILE

# What the unit reads while its machine joins, and the configuration that it names: a boot forgets both.
readonly JOINING_UNIT=/run/systemd/system/kubelet.service.d/keelson-joining.conf JOINING_CONFIG=/run/keelson/kubelet-joining.yaml

# register_with TAINTS: a node that the kubelet makes from now on has these when it comes; of one that is there it changes nothing.
register_with() {
  mkdir -p "${JOINING_UNIT%/*}" "${JOINING_CONFIG%/*}"
  # Those of the stack's own configuration would be replaced as well.
  (umask 077 && awk '/^registerWithTaints:/ { skip = 1; next } /^[^ -]/ { skip = 0 } !skip' "$KUBELET_CONFIG_FILE" >"$JOINING_CONFIG")
  printf 'registerWithTaints: %s\n' "$1" >>"$JOINING_CONFIG"
  {
    printf '[Service]\nExecStart=\n'
    sed -n "s#--config=$KUBELET_CONFIG_FILE#--config=$JOINING_CONFIG#; /^ExecStart=/p" /etc/systemd/system/kubelet.service
  } >"$JOINING_UNIT"
  systemctl daemon-reload
}

# register_as_ever: from its next start on, the kubelet reads its own configuration again; it runs on.
register_as_ever() {
  [ -e "$JOINING_CONFIG" ] || return 0
  rm -f "$JOINING_UNIT"
  rmdir "${JOINING_UNIT%/*}" 2>/dev/null || true
  systemctl daemon-reload
  rm -f "$JOINING_CONFIG"
}

# ignored_here: kubeadm's look at the kernel ends with an error for control groups of version 1, also where the kubelet is told to run on them,
# as it is here. What else it looks at, the preflight does.
ignored_here() { [ -e /sys/fs/cgroup/cgroup.controllers ] || printf ',SystemVerification'; }

has_joined() { grep -qs kubelet-client-current.pem /etc/kubernetes/kubelet.conf; }

# forget_credentials: the machine becomes a node as a new one does.
forget_credentials() {
  systemctl stop kubelet.service
  rm -f /etc/kubernetes/kubelet.conf /var/lib/kubelet/pki/kubelet-{client,server}-*
}

# for_kubelet FUNCTION: calls it with the unit and its files.
for_kubelet() { "$1" kubelet.service "$KUBELET_CONFIG_FILE" /etc/systemd/system/kubelet.service /usr/local/bin/kubelet; }
