# What every script on a machine starts with. State about the machine lies in $STATE; nothing is printed on
# standard output but what the program is to read, so messages go to standard error.
set -euo pipefail
shopt -s inherit_errexit
umask 022
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
readonly STATE=/var/lib/keelson

main() {
  local lock
  # A run whose connection was cut may still be at work here: what it began must end before it begins again.
  mkdir -p /run/keelson
  exec {lock}>"/run/keelson/$SCRIPT.lock"
  flock -w 900 "$lock" || die "$SCRIPT still runs on $(hostname) for an earlier run: see what it waits for with ps -ef --forest"
  case $1 in
  up) up ;;
  down) down ;;
  *) die "unknown direction '$1': a script goes up or down" ;;
  esac
}

log() { printf '%s\n' "$*" >&2; }

die() {
  log "error: $*"
  exit 1
}

# put PATH MODE: installs standard input as PATH, at once and whole; leaves a file that is the same already alone.
# What was there before our first version is kept for remove_file.
put() {
  local path=$1 mode=$2 new
  make_directory "$(dirname "$path")"
  new=$(mktemp "$path.XXXXXX")
  cat >"$new"
  chmod "$mode" "$new"
  if cmp -s "$new" "$path" && [ "$(stat -c %a "$path")" = "$(stat -c %a "$new")" ]; then
    rm -f "$new"
  else
    keep_found "$path"
    mv -f "$new" "$path"
  fi
}

# keep_found PATH: before the first change of PATH, keeps the file that is there, or the word that there is none.
keep_found() {
  local kept=$STATE/found$1
  ! changed "$1" || return 0
  mkdir -p "$(dirname "$kept")"
  if [ -e "$1" ]; then
    cp -p "$1" "$kept.new"
    mv "$kept.new" "$kept"
  else
    touch "$kept.none"
  fi
}

# make_directory PATH: makes it with its parents, and remembers those that were not there, to remove them again.
make_directory() {
  local path=$1
  [ -d "$path" ] && return
  make_directory "$(dirname "$path")"
  mkdir -p "$path"
  mkdir -p "$STATE"
  printf '%s\n' "$path" >>"$STATE/directories"
}

changed() { [ -e "$STATE/found$1" ] || [ -e "$STATE/found$1.none" ]; }

# remove_file PATH: what was found there before us is there again; the directories made for it go when they are empty.
# A file that was never ours is left alone.
remove_file() {
  local kept=$STATE/found$1
  if [ -e "$kept" ]; then
    mv -f "$kept" "$1"
  elif [ -e "$kept.none" ]; then
    rm -f "$1" "$kept.none"
    remove_empty "$(dirname "$1")"
  fi
}

remove_empty() {
  local path=$1
  while grep -qxF "$path" "$STATE/directories" 2>/dev/null && rmdir "$path" 2>/dev/null; do
    path=$(dirname "$path")
  done
}

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds; past the deadline says what was awaited and fails.
wait_for() {
  local deadline=$((SECONDS + $1)) seconds=$1 what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    # The shell counts whole seconds: the one that the wait began in is not over yet.
    if [ "$SECONDS" -gt "$deadline" ]; then
      log "gave up after $seconds s waiting for $what"
      return 1
    fi
    sleep 0.2
  done
}

# run_unit UNIT FILE...: UNIT is enabled and runs on the FILEs as they are now. A restart happens only when one of
# them is another than at the last start; the record is written after it, so a killed run restarts again.
run_unit() {
  local unit=$1
  ! runs_on "$@" || return 0
  shift
  systemctl daemon-reload
  systemctl enable --quiet "$unit"
  systemctl restart "$unit" || unit_failed "$unit"
  note_start "$unit" "$@"
}

# note_start UNIT FILE...: UNIT was started on the FILEs as they are now.
note_start() {
  local unit=$1
  shift
  mkdir -p "$STATE/units"
  sha256sum "$@" | sha256sum >"$STATE/units/$unit"
}

# run_unit_in_turn UNIT FILE...: as run_unit, but where pods are at work a restart is put off until it is the machine's turn,
# in which run_put_off makes it.
run_unit_in_turn() {
  if [ -e /etc/kubernetes/kubelet.conf ] && ! runs_on "$@" && systemctl is-active --quiet "$1"; then
    grep -qsxF "$*" "$STATE/put-off" || printf '%s\n' "$*" >>"$STATE/put-off"
    log "$1 is to restart with its new settings when it is this machine's turn"
  else
    run_unit "$@"
  fi
}

# run_put_off: restarts what was put off, in the order in which it was.
run_put_off() {
  local -a words
  while read -r -a words; do
    log "restarting ${words[0]}"
    run_unit "${words[@]}"
  done <"$STATE/put-off"
}

runs_on() {
  local unit=$1
  shift
  [ "$(cat "$STATE/units/$unit" 2>/dev/null)" = "$(sha256sum "$@" | sha256sum)" ] && systemctl is-active --quiet "$unit"
}

# reload_unit UNIT FILE: the running UNIT has read FILE as it is now.
reload_unit() {
  local record=$STATE/units/$1.read digest
  digest=$(sha256sum <"$2")
  [ "$(cat "$record" 2>/dev/null)" != "$digest" ] || return 0
  systemctl reload "$1" || unit_failed "$1"
  printf '%s\n' "$digest" >"$record"
}

unit_failed() {
  systemctl --no-pager --lines=0 status "$1" >&2 || true
  journalctl --no-pager --lines=20 --unit="$1" >&2 || true
  die "unit $1 does not run on $(hostname); its status and last log lines are above"
}

stop_unit() {
  systemctl disable --quiet --now "$@" 2>/dev/null || true
  local unit
  for unit; do
    rm -f "$STATE/units/$unit" "$STATE/units/$unit.read"
    systemctl reset-failed --quiet "$unit" 2>/dev/null || true
  done
}

# install_packages OWNER PACKAGE...: from the distribution, with what they need; all that came is written down for
# remove_packages. What others install later is theirs.
install_packages() {
  local owner=$1 before=$STATE/packages/$1.before
  shift
  ! are_installed "$@" || return 0
  mkdir -p "$STATE/packages"
  [ -e "$before" ] || installed_packages >"$before"
  dpkg --configure -a
  log "installing packages: $*"
  apt_get install "$@" || { apt_get update && apt_get install "$@"; } ||
    die "the packages $* could not be installed on $(hostname): see apt's own words above"
  write_down_added "$owner"
}

are_installed() { dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null | grep -cx installed | grep -qx "$#"; }

# A run that was cut off on its way left no list yet: then everything that came since it began counts.
write_down_added() {
  local before=$STATE/packages/$1.before
  [ -e "$before" ] || return 0
  comm -13 "$before" <(installed_packages) >>"$STATE/packages/$1"
  rm "$before"
}

has_packages() { [ -e "$STATE/packages/$1" ] || [ -e "$STATE/packages/$1.before" ]; }

# apt's own wait names the process that holds the lock.
apt_get() {
  apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold \
    --no-install-recommends "$@" >&2
}

installed_packages() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u; }

remove_packages() {
  local list=$STATE/packages/$1 added
  write_down_added "$1"
  [ -e "$list" ] || return 0
  mapfile -t added < <(sort -u "$list" | comm -12 - <(installed_packages))
  [ "${#added[@]}" -eq 0 ] || apt_get purge "${added[@]}"
  rm -f "$list"
}

# install_idle OWNER UNIT PACKAGE: the package, whose own UNIT is not to start: its program runs under a unit of ours.
# Where it was installed before, its unit is left as it is.
install_idle() {
  if ! are_installed "$3"; then
    mkdir -p "$STATE/masked"
    touch "$STATE/masked/$2"
    systemctl mask --quiet "$2"
  fi
  install_packages "$1" "$3"
}

remove_idle() {
  remove_packages "$1"
  if [ -e "$STATE/masked/$2" ]; then
    systemctl unmask --quiet "$2"
    rm -f "$STATE/masked/$2"
  fi
}

# iptables_without PATTERN: takes out every rule and chain whose text matches, and no other.
iptables_without() {
  local tables
  tables=$(iptables-save 2>/dev/null) || return 0
  ! grep -qE "$1" <<<"$tables" || grep -vE "$1" <<<"$tables" | iptables-restore
}
