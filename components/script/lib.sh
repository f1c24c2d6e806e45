# What every script on a machine starts with, and memory.sh; units.sh and packages.sh are for those that use them. State about the
# machine lies in $STATE; nothing is printed on standard output but what the program is to read, so messages go to
# standard error.
shell_settings() {
  set -euo pipefail
  shopt -s inherit_errexit
  umask 022
  export LC_ALL=C DEBIAN_FRONTEND=noninteractive
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  # Whoever root speaks with otherwise, it is this machine's engine that is meant.
  export DOCKER_HOST=unix:///run/docker.sock
  unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH CONTAINERD_ADDRESS
  # etcdctl does nothing where it has a setting from both a flag and its environment.
  unset "${!ETCDCTL_@}"
  set_proxies_aside
}

# A proxy of the machine's leads out of it, and knows no address of the cluster: curl would ask it for those, and kubeadm writes it into its
# manifests. sudo may have left out what the session has of /etc/environment.
set_proxies_aside() {
  local name value
  local -A written=()
  proxies=()
  if [ -r /etc/environment ]; then
    while IFS='=' read -r name value || [ -n "$name" ]; do
      value=${value#[\"\']}
      [[ $name != *_[Pp][Rr][Oo][Xx][Yy] ]] || written[${name#export }]=${value%[\"\']}
    done </etc/environment
  fi
  for name in {http,https,ftp,all,no}_proxy {HTTP,HTTPS,FTP,ALL,NO}_PROXY; do
    value=${!name:-${written[$name]:-}}
    [ -z "$value" ] || proxies+=("$name=$value")
    unset "$name"
  done
}

# by_proxy COMMAND...: for what lies outside. A proxy may have a password: it is on no command line.
by_proxy() (
  for proxy in "${proxies[@]}"; do export "${proxy?}"; done
  "$@"
)

shell_settings
readonly STATE=/var/lib/keelson

main() {
  local lock
  # A run whose connection was cut may still be at work here: what it began must end before it begins again.
  [ -d /run/keelson ] || mkdir -p /run/keelson
  # Whoever can open a lock can hold it.
  chmod 0700 /run/keelson
  exec {lock}>"/run/keelson/$SCRIPT.lock"
  flock -w 900 "$lock" || die "$SCRIPT still runs on $(hostname) for an earlier run: see what it waits for with ps -ef --forest"
  case $1 in
  up)
    # Refuses before anything is changed.
    ! declare -F look >/dev/null || look
    note_begin "${2:-}"
    if declare -F turn >/dev/null; then stage; else up; fi
    note_end
    ;;
  turn)
    note_turn_begin
    turn
    note_turn_end
    ;;
  down)
    down
    forget_script
    ;;
  *) die "unknown direction '$1': a script goes up, takes its turn, or goes down" ;;
  esac
}

log() { printf '%s\n' "$*" >&2; }

die() {
  log "error: $*"
  exit 1
}

# put PATH MODE: installs standard input as PATH, at once and whole; leaves a file that is the same already alone.
# What was there before our first version is kept for remove_file. What a unit at work reads may have to wait: turns.sh.
put() {
  local path=$1 mode=$2 new marks
  note file "$path"
  make_directory "${path%/*}"
  remove_halves "$path"
  new=$(mktemp "$path.keelson-XXXXXX") || return
  # Also where whoever calls asks whether this fails, and nothing else ends it.
  { cat >"$new" && chmod "$mode" "$new"; } || {
    rm -f "$new"
    return 1
  }
  if cmp -s "$new" "$path" && mapfile -t marks < <(stat -c $'%a\n%u:%g' "$new" "$path") && [ "${marks[0]}" = "${marks[2]:-}" ]; then
    # Whoever reads it need not read it again for that.
    [ "${marks[1]}" = "${marks[3]}" ] || chown --reference "$new" "$path"
    rm -f "$new"
  else
    keep_found "$path" || {
      rm -f "$new"
      return 1
    }
    is_as_left file "$path" || forget_starts "$path"
    if ! declare -F defer >/dev/null || ! defer "$path" "$new"; then mv -f "$new" "$path"; fi
  fi
}

# remove_halves PATH: what runs that were killed left half written beside it, which may be secret.
remove_halves() {
  local halves=("$1".keelson-??????)
  [ ! -e "${halves[0]}" ] || rm -f "${halves[@]}"
}

# keep_found PATH: before the first change of PATH, keeps the file that is there, or the word that there is none. A link is kept as one,
# wherever it leads.
keep_found() {
  local kept=$STATE/found$1
  ! changed "$1" || return 0
  [ -d "${kept%/*}" ] || mkdir -p "${kept%/*}"
  if is_there "$1"; then
    cp -pP "$1" "$kept.new" && mv -fT "$kept.new" "$kept"
  else
    : >>"$kept.none"
  fi
}

# make_directory PATH: makes it with its parents, and remembers those that were not there, to remove them again.
make_directory() {
  local path=$1
  [ -d "${path:-/}" ] && return
  make_directory "${path%/*}"
  mkdir -p "$path"
  mkdir -p "$STATE"
  printf '%s\n' "$path" >>"$STATE/directories"
}

# is_there PATH: also as a link that leads nowhere.
is_there() { [ -e "$1" ] || [ -L "$1" ]; }

changed() { is_there "$STATE/found$1" || [ -e "$STATE/found$1.none" ]; }

# remove_file PATH: what was found there before us is there again; the directories made for it go when they are empty.
# A file that was never ours is left alone.
remove_file() {
  local kept=$STATE/found$1
  ! changed "$1" || remove_halves "$1"
  if is_there "$kept"; then
    mv -fT "$kept" "$1"
  elif [ -e "$kept.none" ]; then
    rm -f "$1" "$kept.none"
    remove_empty "${1%/*}"
  fi
}

remove_empty() {
  local path=$1
  while grep -qxF "$path" "$STATE/directories" 2>/dev/null && rmdir "$path" 2>/dev/null; do
    path=${path%/*}
  done
}

# empty_directory PATH: all that is in it goes, but for what is mounted there: -xdev alone enters what is of the same file system,
# as a directory of somebody's is that a volume of Docker's is bound to.
empty_directory() {
  local directory own points point spared=()
  directory=$(realpath "$1") || return
  own=$(as_pattern "$directory/lost+found")
  points=$(mounts_below "$directory") || return
  while read -r point; do
    [ -n "$point" ] || continue
    point=$(as_pattern "$point")
    spared+=(! -path "$point" ! -path "$point/*")
  done <<<"$points"
  find "$directory" -xdev -mindepth 1 ! -type d "${spared[@]}" -delete
  find "$directory" -xdev -mindepth 1 -type d ! -path "$own" "${spared[@]}" -empty -delete
}

# mounts_below DIRECTORY: where something is mounted in it, a line each. The kernel writes a space as \040.
mounts_below() {
  local point
  while read -r _ _ _ _ point _; do
    printf -v point %b "$point"
    [[ $point != "$1"/* ]] || printf '%s\n' "$point"
  done </proc/self/mountinfo
}

# as_pattern PATH: the pattern that matches it alone.
as_pattern() { printf '%s\n' "$1" | sed 's/[][*?\\]/\\&/g'; }

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds; past the deadline says what was awaited and fails.
wait_for() {
  local deadline=$((SECONDS + $1)) seconds=$1 what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    # The shell counts whole seconds: the one that the wait began in is not over yet.
    if [ "$SECONDS" -gt "$deadline" ]; then
      log "timed out after $seconds s waiting for $what"
      return 1
    fi
    sleep 0.2
  done
}

# server_process SERVER: the newest one in the machine's own network, where static pods are: clusters that run in pods have servers of their own.
# The kernel keeps 15 characters of a program's name.
server_process() { pgrep --ns 1 --nslist net -xn "${1:0:15}"; }

# iptables_without CHAINS [RULES]: takes out chains whose name matches, with the jumps to them, and rules whose whole text
# matches; IPv4 and IPv6. All else keeps its place and its counters. What is in nobody's way is no reason to fail.
iptables_without() {
  local command
  for command in iptables ip6tables; do
    # What changes meanwhile is looked at again.
    take_out "$command" "$@" || take_out "$command" "$@" || take_out "$command" "$@" ||
      log "rules of $command that match $1 are left on $(hostname): its output is above"
  done
}

take_out() {
  local orders
  orders=$("$1-save" 2>/dev/null | CHAINS=$2 RULES=${3:-} awk '
    /^\*/ { table = $0; flushed = deleted = rules = "" }
    /^:/ && substr($1, 2) ~ ENVIRON["CHAINS"] { name = substr($1, 2); flushed = flushed "-F " name "\n"; deleted = deleted "-X " name "\n" }
    /^-A/ && $2 !~ ENVIRON["CHAINS"] && (jumps() || (ENVIRON["RULES"] != "" && $0 ~ ENVIRON["RULES"])) { rules = rules "-D" substr($0, 3) "\n" }
    /^COMMIT/ && rules flushed != "" { printf "%s\n%s%s%sCOMMIT\n", table, rules, flushed, deleted }
    # What stands before the last one may be a comment.
    function jumps(i) {
      for (i = NF - 1; i > 2; i--) if ($i ~ /^-[jg]$/) return $(i + 1) ~ ENVIRON["CHAINS"]
      return 0
    }') || return 0
  [ -z "$orders" ] || "$1-restore" --noflush --wait 60 <<<"$orders"
}
