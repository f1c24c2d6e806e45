# What a kubelet's configuration is made of.
# Reads: KUBELET_CONFIG NAMESERVERS ALLOCATABLE_MILLICPU ALLOCATABLE_BYTES RESERVED_MILLICPU RESERVED_MEMORY

# detected_configuration: as the stack has it, and after that what only the machine knows.
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

# detected_in FILE CONFIGURATION: what only the machine knew when FILE was made, but for what CONFIGURATION says itself.
detected_in() {
  awk '
    NR == FNR { if (/^[A-Za-z]/) said[$1]; next }
    /^cgroupDriver:/ { detected = 1 }
    /^[A-Za-z]/ { taken = detected && !($1 in said) }
    taken' <(printf '%s\n' "$2") "$1"
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
