# What a machine must be like before anything is put on it, and what others must not have on it at any time: each fault is one
# line of `problems`.
# Reads: SWAP_ALLOWED PORTS ROLES ADDRESS DISK_PERCENT

# A machine that this program has changed before was fit then; what it checks now would be its own work.
check_fitness() {
  if [ ! -e "$STATE/fit" ]; then check_all; elif is_for_more; then check_more; fi
}

check_all() {
  check_system
  check_tools
  check_memory
  check_disk
  check_kernel
  check_swap
  check_address
  check_leftovers
  check_engines
}

# is_for_more: it was found fit for other roles. Earlier releases did not write down which.
is_for_more() {
  local role
  was=$(cat "$STATE/fit")
  [ -n "$was" ] || return 1
  for role in "${ROLES[@]}"; do
    [[ " $was " = *" $role "* ]] || return 0
  done
  return 1
}

# What a role needs besides. A node at work has its images, and is as full as its kubelet lets it be.
check_more() {
  check_tools
  check_memory
  check_kernel
  check_swap
  if [[ $was = *master* || $was = *worker* ]]; then
    check_room 1 /var/lib
  else
    check_disk
    check_leftovers
  fi
}

has_role() { [[ " ${ROLES[*]} " = *" $1 "* ]]; }

is_node() { has_role master || has_role worker; }

check_system() {
  local id
  [ "$(id -u)" = 0 ] || problem "the scripts do not run as root: log in as root or as a user with password-less sudo"
  [ -d /run/systemd/system ] || problem "systemd does not run here: it is needed to run the services"
  id=$(. /etc/os-release && printf '%s' "${ID:-unknown}")
  case $id in
  debian | ubuntu) ;;
  *) problem "the distribution is '$id': Debian and Ubuntu are supported" ;;
  esac
  case $(uname -m) in
  x86_64 | aarch64) ;;
  *) problem "the processor is $(uname -m): x86_64 and aarch64 are supported" ;;
  esac
  case $(hostname) in
  *[A-Z]*) problem "the host name $(hostname) has capitals: Kubernetes wants lower case, see hostnamectl" ;;
  esac
}

# What scripts, kubeadm and the kubelet call, each with the package that has it.
check_tools() {
  local tool tools=(curl:curl tar:tar iptables:iptables openssl:openssl ss:iproute2 ip:iproute2 sha256sum:coreutils)
  ! is_node || tools+=(mount:mount losetup:mount nsenter:util-linux modprobe:kmod)
  ! has_role master || tools+=(pgrep:procps ps:procps)
  for tool in "${tools[@]}"; do
    command -v "${tool%:*}" >/dev/null || problem "the command ${tool%:*} is missing: install it, apt-get install ${tool#*:}"
  done
}

# The least that kubeadm takes for a master (its checks NumCPU and Mem).
check_memory() {
  local memory
  memory=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo) / 1024))
  if has_role master; then
    [ "$(nproc)" -ge 2 ] || problem "it has $(nproc) core: a master needs 2"
    [ "$memory" -ge 1700 ] || problem "it has $memory MiB of memory: a master needs 1700"
  fi
}

# Room for what is installed.
check_disk() {
  local used
  if is_node; then check_room 3 /var/lib; else check_room 1 /var/lib; fi
  check_room 1 /usr/local
  used=$(df -Pk /var/lib | awk 'NR == 2 { sub("%", "", $5); print $5 }')
  ! is_node || [ "$used" -le "$DISK_PERCENT" ] ||
    problem "the disk of /var/lib is $used% full: the kubelet takes no pods where it is more than $DISK_PERCENT%; make room, or set evictionHard in kubernetes.kubelet.configuration"
}

check_room() {
  local free
  free=$(($(df -Pk "$2" | awk 'NR == 2 { print $4 }') / 1024))
  [ "$free" -ge $(($1 * 1024)) ] || problem "$free MiB are free at $2: $1 GiB are needed"
}

check_kernel() {
  local controller
  is_node || return 0
  [ -e /dev/kmsg ] || problem "/dev/kmsg is missing: the kubelet reads it; where the machine is a container, give it that device"
  [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || modprobe --dry-run --quiet br_netfilter 2>/dev/null ||
    problem "the kernel has no br_netfilter: pods could not reach Services; install the package of its modules"
  for controller in cpu cpuset memory pids; do
    has_controller "$controller" ||
      problem "the control group $controller is off: the kubelet needs it; take what switches it off from the kernel's command line (cgroup_enable=$controller)"
  done
}

has_controller() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    grep -qw "$1" /sys/fs/cgroup/cgroup.controllers
  else
    [ -d "/sys/fs/cgroup/$1" ]
  fi
}

check_swap() {
  [ "$SWAP_ALLOWED" = true ] && return
  [ "$(wc -l </proc/swaps)" -le 1 ] ||
    problem "swap is on: swapoff -a and remove it from /etc/fstab, or set kubernetes.kubelet.failSwapOn to false"
}

check_address() {
  command -v ip >/dev/null || return 0
  [ -n "$(ip -o -4 address show to "$ADDRESS")" ] ||
    problem "no interface has the address $ADDRESS: correct machines[].address; it has $(ip -o -4 address show scope global | awk '{ print $4 }' | paste -sd ' ' -)"
}

# put_there PROGRAM: this cluster put it on the machine, or began to.
put_there() {
  case $1 in
  kube-apiserver | kube-controller-manager | kube-scheduler) [ -e "$STATE/master" ] ;;
  kubelet | kube-proxy) changed /etc/systemd/system/kubelet.service ;;
  haproxy) changed /etc/systemd/system/keelson-api-proxy.service ;;
  etcd) changed /etc/systemd/system/etcd.service ;;
  esac
}

check_cluster() {
  local files=() file
  put_there kube-apiserver || files+=(/etc/kubernetes/admin.conf /etc/kubernetes/pki/ca.key)
  put_there kubelet || files+=(/etc/kubernetes/kubelet.conf /var/lib/kubelet/pki)
  for file in "${files[@]}"; do
    [ ! -e "$file" ] ||
      problem "$file is there: this machine belongs to another cluster; if that is gone, run kubeadm reset on it first"
  done
}

# What others may have put in the place of what is to be here, also where this program has begun.
check_others() {
  check_cluster
  check_ports
}

check_leftovers() {
  local file
  is_node || return 0
  # The runtime takes what comes first, and no other than the pod network's.
  for file in /etc/cni/net.d/*.conf /etc/cni/net.d/*.conflist /etc/cni/net.d/*.json; do
    [ ! -e "$file" ] || problem "$file is there: pods would get that network before the cluster's own is up; move it away"
  done
  # systemd reads them besides the cluster's own unit: another program would be started, on other settings.
  for file in /etc/systemd/system/kubelet.service.d/*.conf /usr/lib/systemd/system/kubelet.service.d/*.conf; do
    [ ! -e "$file" ] || problem "$file is there: it would change how this cluster's kubelet is started; remove the package kubelet (apt-get purge kubelet), or move the file away"
  done
  # A master sets them aside by itself.
  has_role master || for file in /etc/kubernetes/manifests/*; do
    [ ! -e "$file" ] || problem "$file is there: the kubelet would run it as a pod of this cluster; move it away"
  done
}

check_ports() {
  local line port program found
  for line in "${PORTS[@]}"; do
    read -r port program <<<"$line"
    found=$(ss -Hltnp "sport = :$port" | sed 's/  */ /g')
    ! put_there "$program" || found=$(others_than "$program" <<<"$found")
    [ -z "$found" ] || problem "TCP port $port is in use: $found"
  done
}

# others_than PROGRAM: lines of ss(8) that name another. The kernel keeps 15 characters of a program's name.
others_than() { awk -v name="(\"${1:0:15}\"," '/users:/ && !index($0, name)'; }
