# Refuses an unfit machine before anything is changed on it, with everything that is wrong.
# Reads: SWAP_ALLOWED PORTS CLUSTER STACK_NAME

look() {
  problems=()
  check_owner
  # A machine that this program has changed before was fit then; what it checks now would be its own work.
  [ -e "$STATE/fit" ] || check_fitness
  ! declare -F guard >/dev/null || guard
  if [ "${#problems[@]}" -gt 0 ]; then
    log "$(hostname) is not fit, and nothing was changed on it:"
    printf '  - %s\n' "${problems[@]}" >&2
    exit 1
  fi
}

up() {
  touch "$STATE/fit"
  # What the cluster is known by, and for people the stack that it was made for.
  [ -s "$STATE/cluster" ] || printf '%s %s\n' "$CLUSTER" "$STACK_NAME" | put "$STATE/cluster" 0600
  ln -sfn "scripts/$SCRIPT/undo" "$STATE/undo"
  # A machine that was made anew is no node, and one that is known by another key is still the one that it was.
  [ -e /etc/kubernetes/kubelet.conf ] && echo "joined yes" || echo "joined no"
}

# Nobody takes a machine over: what would be made anew here is another cluster's.
check_owner() {
  local owner stack
  [ -s "$STATE/cluster" ] || return 0
  read -r owner stack <"$STATE/cluster"
  [ "$owner" = "$CLUSTER" ] ||
    problem "it is of the cluster of stack \"$stack\" ($owner), and not of this one ($CLUSTER): use the state of that stack, or let it go there first (pulumi destroy; bash $STATE/undo where its state is lost)"
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
  undo_scripts
  rm -rf "$STATE" /run/keelson
}
