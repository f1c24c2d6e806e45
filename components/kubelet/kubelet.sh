# What masters and workers have in common: programs, kernel settings, images and a kubelet that waits to be joined.
# Reads: RUNTIME KUBELET_CONFIG KUBELET_CONFIG_FILE KERNEL_SETTINGS KERNEL_CHANGED NAMESERVERS PROGRAMS IMAGES
# Reads: ALLOCATABLE_MILLICPU ALLOCATABLE_BYTES RESERVED_MILLICPU RESERVED_MEMORY CRI_SOCKET NODE ADDRESS

up() {
  local programs images begun=false
  ! changed /etc/systemd/system/kubelet.service || begun=true
  remember_before_node "$begun"
  remember_kernel "$begun"
  install_programs &
  programs=$!
  load_images "$RUNTIME" &
  images=$!
  configure_kernel
  make_directory /etc/kubernetes/manifests
  write_files
  # The name of an earlier release's file let others have the last word.
  remove_file /etc/sysctl.d/90-keelson.conf
  settings_last
  install_socat
  note rules kube-proxy
  [ ! -e /etc/kubernetes/kubelet.conf ] || ! rules_are_lost || have_rules_set
  wait "$programs" || die "the Kubernetes programs are not all in place on $(hostname)"
  wait "$images" || die "the images are not all loaded on $(hostname)"
}

turn() {
  local configuration
  write_files
  configuration=$(detected_configuration)
  put "$KUBELET_CONFIG_FILE" 0600 <<<"$configuration"
  link_programs
  systemctl enable --quiet --no-reload kubelet.service
  systemctl daemon-reload
  note unit kubelet.service
  # Before the machine has joined, the kubelet has nothing to do: kubeadm starts it.
  if [ -e /etc/kubernetes/kubelet.conf ]; then
    ask_for_certificate
    for_kubelet run_unit
    wait_for 60 "the kubelet to be healthy" curl -fsS --max-time 2 http://127.0.0.1:10248/healthz || unit_failed kubelet.service
  fi
}

configure_kernel() {
  local module setting
  for module in overlay br_netfilter; do
    # A kernel may have the feature built in: what counts is checked below.
    modprobe "$module" 2>/dev/null || true
  done
  [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] ||
    die "the kernel of $(hostname) has no br_netfilter: pods could not reach Services; install its modules package and run modprobe br_netfilter"
  for setting in "${KERNEL_SETTINGS[@]}"; do
    set_kernel "${setting%%=*}" "${setting#*=}"
  done
}

# remember_kernel BEGUN: what a node's own programs change. Where an earlier release has BEGUN (true) without such notes, what was there before
# is not known any more: only what a rule of the cluster's watches goes back, to what the kernel begins with.
remember_kernel() {
  local setting
  if [ "$1" = true ]; then
    close_loopback_later
  else
    for setting in "${KERNEL_CHANGED[@]}"; do remember_setting kubelet "$setting"; done
  fi
}

# kube-proxy sets all of them where its canaries are gone.
have_rules_set() {
  local table
  log "nothing leads to kube-proxy's rules on $(hostname): it is told to set them again"
  for table in mangle nat filter; do iptables -w -t "$table" -X KUBE-PROXY-CANARY 2>/dev/null || true; done
  wait_for 90 "kube-proxy to set its rules" rules_are_set || log "kube-proxy has not set its rules on $(hostname): see its pod in kube-system"
}

rules_are_set() { ! rules_are_lost; }

# The value that was there before is kept for the way back.
set_kernel() {
  local path=/proc/sys/${1//.//}
  note kernel "$1"
  [ "$(cat "$path")" != "$2" ] || return 0
  remember_setting kubelet "$1"
  printf '%s\n' "$2" >"$path" || die "the kernel setting $1 cannot be set to $2 on $(hostname)"
}

# At the next boot the last word counts.
settings_last() {
  local wrong harm="pods would not reach each other"
  wrong=$(last_settings | awk -v settings="${KERNEL_SETTINGS[*]}" '
    BEGIN {
      for (at = split(settings, wanted, " "); at > 0; at--) { split(wanted[at], parts, "="); ours[parts[1]] = parts[2] }
    }
    $1 in ours && $2 != ours[$1] { print $1, "to", $2, "in", $3 }' | paste -sd , -) || return 0
  [ -n "$wrong" ] || return 0
  [[ $wrong = *net.* ]] || harm="the kubelet would not start"
  wrong="files of $(hostname) that are read after keelson's set $wrong: at the next boot $harm; take these lines out"
  # A node at work goes on until then.
  [ -e /etc/kubernetes/kubelet.conf ] || die "$wrong"
  log "$wrong"
}

# cri-dockerd forwards ports through it.
install_socat() {
  [ "$RUNTIME" = docker ] && ! command -v socat >/dev/null || return 0
  if [ -e /etc/kubernetes/kubelet.conf ]; then
    (install_packages kubelet socat) || log "without socat, kubectl port-forward does not reach pods of $(hostname)"
  else
    install_packages kubelet socat
  fi
}

# The configuration from the stack, and after that what only the machine knows: detected.sh finds that again.
detected_configuration() {
  local file driver
  driver=$(cgroup_driver)
  printf '%s\n' "$KUBELET_CONFIG"
  printf 'cgroupDriver: %s\n' "$driver"
  [ -e /sys/fs/cgroup/cgroup.controllers ] || printf 'failCgroupV1: false\n'
  if ! grep -q '^resolvConf:' <<<"$KUBELET_CONFIG"; then
    file=$(resolv_conf)
    printf 'resolvConf: %s\n' "$file"
  fi
  reservations
}

# A loopback name server in a pod's resolv.conf is the pod itself: CoreDNS would ask itself for ever.
resolv_conf() {
  local file
  for file in /etc/resolv.conf /run/systemd/resolve/resolv.conf; do
    if grep -qs '^nameserver' "$file" && ! grep -q '^nameserver\s*127\.' "$file"; then
      printf '%s\n' "$file"
      return
    fi
  done
  [ "${#NAMESERVERS[@]}" -gt 0 ] ||
    die "every resolv.conf of $(hostname) names a loopback address: set resolvConf in kubernetes.kubelet.configuration to a file that does not"
  printf 'nameserver %s\n' "${NAMESERVERS[@]}" | put /etc/kubernetes/resolv.conf 0644
  echo /etc/kubernetes/resolv.conf
}

# Allocatable is what is left of the capacity after all reservations, those of the stack's own configuration and the free memory
# below which pods are evicted among them: what else is to be kept is systemReserved.
reservations() {
  local cpu total kept=0 part
  [ "$ALLOCATABLE_MILLICPU$ALLOCATABLE_BYTES" != 00 ] || return 0
  cpu=$(($(nproc) * 1000))
  total=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo) * 1024))
  for part in "${RESERVED_MEMORY[@]}"; do
    [[ $part != *% ]] || part=$(awk -v total="$total" -v part="${part%\%}" 'BEGIN { printf "%d", total * part / 100 }')
    kept=$((kept + part))
  done
  [ $((ALLOCATABLE_MILLICPU + RESERVED_MILLICPU)) -le "$cpu" ] ||
    die "allocatable.cpu is ${ALLOCATABLE_MILLICPU}m, but $(hostname) has ${cpu}m, of which ${RESERVED_MILLICPU}m are reserved"
  [ $((ALLOCATABLE_BYTES + kept)) -le "$total" ] ||
    die "allocatable.memory is $ALLOCATABLE_BYTES bytes, but $(hostname) has $total, of which $kept are reserved or kept free"
  printf 'systemReserved:\n'
  [ "$ALLOCATABLE_MILLICPU" = 0 ] || printf '  cpu: %sm\n' $((cpu - RESERVED_MILLICPU - ALLOCATABLE_MILLICPU))
  [ "$ALLOCATABLE_BYTES" = 0 ] || printf '  memory: "%s"\n' $((total - kept - ALLOCATABLE_BYTES))
}

down() {
  local saved
  # A master has left already.
  if was_node || is_leaving; then leave_cluster; fi
  rm -f /var/log/keelson-kubeadm.log
  stop_unit kubelet.service
  register_as_ever
  engine_is_ours || remove_images "$RUNTIME"
  remove_programs
  remove_files
  remove_file "$KUBELET_CONFIG_FILE"
  remove_file /etc/kubernetes/resolv.conf
  remove_empty /etc/kubernetes/manifests
  remove_shared_directories
  # An earlier release kept them in one place.
  for saved in "$STATE"/sysctl/net.*; do
    restore_setting "$saved"
    rm -f "$saved"
  done
  restore_settings kubelet
  rm -rf "$STATE/images"
  remove_packages kubelet socat
  systemctl daemon-reload
}
