# Refuses an unfit machine before anything is changed on it, with everything that is wrong.
# Reads: SWAP_ALLOWED PORTS

up() {
  problems=()
  # A machine that this program has changed before was fit then; what it checks now would be its own work.
  [ -e "$STATE/fit" ] || check_fitness
  ! declare -F guard >/dev/null || guard
  if [ "${#problems[@]}" -gt 0 ]; then
    log "$(hostname) is not fit, and nothing was changed on it:"
    printf '  - %s\n' "${problems[@]}" >&2
    exit 1
  fi
  mkdir -p "$STATE"
  chmod 0700 "$STATE"
  touch "$STATE/fit"
  # A machine that was made anew is no node, and one that is known by another key is still the one that it was.
  [ -e /etc/kubernetes/kubelet.conf ] && echo "joined yes" || echo "joined no"
}

check_fitness() {
  check_system
  check_swap
  check_cluster
  check_ports
}

problem() { problems+=("$*"); }

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
  local tool
  for tool in curl tar iptables openssl ss sha256sum; do
    command -v "$tool" >/dev/null || problem "the command $tool is missing: install it"
  done
  case $(hostname) in
  *[A-Z]*) problem "the host name $(hostname) has capitals: Kubernetes wants lower case, see hostnamectl" ;;
  esac
}

check_swap() {
  [ "$SWAP_ALLOWED" = true ] && return
  [ "$(wc -l </proc/swaps)" -le 1 ] ||
    problem "swap is on: swapoff -a and remove it from /etc/fstab, or set kubernetes.kubelet.failSwapOn to false"
}

check_cluster() {
  local file
  for file in /etc/kubernetes/admin.conf /etc/kubernetes/kubelet.conf /etc/kubernetes/pki/ca.key; do
    [ ! -e "$file" ] ||
      problem "$file is there: this machine belongs to another cluster; if that is gone, run kubeadm reset on it first"
  done
}

check_ports() {
  local port
  for port in "${PORTS[@]}"; do
    [ -z "$(ss -Hltn "sport = :$port")" ] || problem "TCP port $port is in use: $(ss -Hltnp "sport = :$port" | sed 's/  */ /g')"
  done
}

down() {
  rm -rf "$STATE" /run/keelson
}
