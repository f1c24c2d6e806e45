# Units of systemd that a script keeps running, and what of them the machine remembers in $STATE/units: a digest of the files
# that a unit was started on, their names (UNIT.files), and those files as they were when it last came up, for the way back
# (UNIT.good).

# run_unit UNIT FILE...: UNIT is enabled and runs on the FILEs as they are now. A restart happens only when one of
# them is another than at the last start; the record is written when it is up, so a killed run restarts again. Where it does not
# come up, it runs on the files of its last good start again, and the script fails.
run_unit() {
  note unit "$1"
  forget_put_off "$1"
  if ! has_deferred "$@" && { runs_on "$@" || runs_on_before_packages "$@"; }; then
    systemctl is-enabled --quiet "$1" || systemctl enable --quiet "$1"
  elif has_to_wait "$1"; then
    accepted "$1" || start_failed "$@"
    defer_restart "$1"
    return
  else
    note_restart "$@"
    start_on "$@" || start_failed "$@"
  fi
  keep_files "$@"
}

# systemd reads all units anew for each change of what starts at a boot, a second on a busy machine, unless it is told that this is next.
start_on() {
  local unit=$1
  began=$(date +%s)
  accepted "$unit" && rm -f "$STATE/units/$unit" && systemctl enable --quiet --no-reload "$unit" &&
    systemctl daemon-reload && let_containers_live "$unit" && systemctl restart "$unit" && comes_up "$unit" && note_digest "$@"
}

# A daemon goes by the setting that it runs on: told to leave containers alone from now on, it would end them all for that.
let_containers_live() {
  if [ "$1" = docker.service ] && grep -qsE '"live-restore": *true' /etc/docker/daemon.json && lets_containers_live false; then
    systemctl reload docker.service || return 0
    wait_for 10 "Docker to read that containers live on" lets_containers_live true || true
  fi
}

# docker_answers: its daemon does. One that hangs keeps its client for ever.
docker_answers() { timeout 10 docker info; }

lets_containers_live() { [ "$(timeout 10 docker info --format '{{.LiveRestoreEnabled}}' 2>/dev/null)" = "$1" ]; }

# note_start UNIT FILE...: UNIT was started on the FILEs as they are now. With the digest it is all noted, and not looked at again.
note_start() {
  keep_files "$@"
  note_digest "$@"
}

note_digest() {
  local unit=$1
  shift
  mkdir -p "$STATE/units"
  printf '%s\n' "$@" >"$STATE/units/$unit.files"
  sha256sum "$@" | sha256sum >"$STATE/units/$unit"
}

runs_on() {
  local unit=$1
  shift
  [ "$(cat "$STATE/units/$unit" 2>/dev/null)" = "$(sha256sum "$@" | sha256sum)" ] && systemctl is-active --quiet "$unit"
}

# runs_on_before_packages UNIT FILE...: it runs on the FILEs, but the distribution has replaced a program among them since. That is no reason to
# restart what others speak through: what can execute another program while it goes on does so when it reads its settings again, which is next.
runs_on_before_packages() {
  local record=$STATE/units/$1 kept=$STATE/units/$1.good file replaced=()
  [ -e "$record" ] && is_kept "$@" && systemctl is-active --quiet "$1" || return
  cmp -s "$record.files" <(printf '%s\n' "${@:2}") || return
  for file in "${@:2}"; do
    if is_of_package "$file"; then replaced+=("$file"); else cmp -s "$file" "$kept$file" || return; fi
  done
  [ "${#replaced[@]}" != 0 ] || return
  rm -f "$record.read"
  note_digest "$@"
}

# accepts UNIT: what its program says of new settings before it is restarted on them, where it can be asked.
accepts() {
  [ "$1" != docker.service ] || [[ $(dockerd --help 2>/dev/null) != *--validate* ]] ||
    dockerd --validate --config-file "$(as_deferred /etc/docker/daemon.json)"
}

# accepted UNIT: as accepts, and refusal is what was said where it does not.
accepted() { refusal=$(accepts "$1" 2>&1) && refusal=; }

# comes_up UNIT: it answers where it can be asked. systemd counts a simple service as started before that has read anything.
comes_up() {
  case $1 in
  docker.service) wait_for 60 "Docker's daemon to answer" docker_answers ;;
  kubelet.service) wait_for 60 "the kubelet to be healthy" curl -fsS --max-time 2 http://127.0.0.1:10248/healthz ;;
  esac
}

# start_failed UNIT FILE...: ends the script; in a turn everything that was restarted goes back with UNIT.
start_failed() {
  local unit=$1 said differs
  # It goes on trying, and its last words are not the last any more when it runs again.
  said=${refusal:-$(journalctl --no-pager --output=cat --lines=1 --since="@${began:-0}" "_SYSTEMD_UNIT=$unit" 2>/dev/null || true)}
  differs=$(changes "$@")
  # shellcheck disable=SC2034 # turns.sh reads it.
  deferring=
  [ -n "${refusal:-}" ] || journalctl --no-pager --lines=20 --unit="$unit" >&2 || true
  if [ -n "${in_turn:-}" ]; then turn_back; else go_back "$@"; fi ||
    die "unit $unit of $(hostname) comes up neither on its new settings nor on those of its last good start.$(told "$differs" "$said")"
  [ -n "$differs" ] || unit_failed "$unit"
  die "unit $unit of $(hostname) does not come up on its new settings, and is on those of its last good start again.$(told "$differs" "$said")"
}

told() { printf '%s' "${1:+ What differs: ${1//$'\n'/ | }.}${2:+ What it said: ${2//$'\n'/ | }}"; }

# go_back UNIT FILE...: UNIT runs on the files of its last good start.
go_back() {
  is_kept "$@" || return 0
  put_back "$@" || return
  ! runs_on "$@" || return 0
  # One that was tried too often is refused by systemd, and its socket with it.
  systemctl reset-failed --quiet "$1" "${1%.service}.socket" 2>/dev/null || true
  start_on "$@"
}

# reload_unit UNIT FILE: the running UNIT has read FILE as it is now. By the name of the file it is known what it may have read of others.
reload_unit() {
  local record=$STATE/units/$1.read digest
  mkdir -p "$STATE/units"
  printf '%s\n' "$2" >"$record.files"
  digest=$(sha256sum <"$2")
  if [ "$(cat "$record" 2>/dev/null)" != "$digest" ]; then
    systemctl reload "$1" || reload_failed "$@"
    printf '%s\n' "$digest" >"$record"
  fi
  keep_files "$1.read" "$2"
}

reload_failed() {
  local differs
  differs=$(changes "$1.read" "$2")
  put_back "$1.read" "$2"
  log "$1 rejects its new settings, and runs on the previous ones.$(told "$differs" "")"
  unit_failed "$1"
}

unit_failed() {
  systemctl --no-pager --lines=0 status "$1" >&2 || true
  journalctl --no-pager --lines=20 --unit="$1" >&2 || true
  die "unit $1 does not run on $(hostname); its status and last log lines are above"
}

# stop_unit UNIT...: and they start no more; whoever removes their files has systemd read that.
stop_unit() {
  systemctl disable --quiet --no-reload --now "$@" 2>/dev/null || true
  local unit
  for unit; do
    rm -rf "$STATE/units/$unit" "$STATE/units/$unit".{files,read,good,read.files,read.good}
    forget_put_off "$unit"
    systemctl reset-failed --quiet "$unit" 2>/dev/null || true
  done
}

# keep_files NAME FILE...: they are NAME's good ones; in a turn those before are, until it is over.
keep_files() {
  local kept=$STATE/units/$1.good file
  [ -z "${in_turn:-}" ] || return 0
  shift
  for file; do cmp -s "$file" "$kept$file" || keep_file "$file" "$kept" || return; done
}

# keep_file FILE DIRECTORY: of a program its link is kept. A large file is a program as an earlier release put it there, which is
# only ever replaced as a whole: another name for it costs nothing. A program of the distribution's packages is theirs.
keep_file() {
  local copy=$2$1
  ! is_of_package "$1" || return 0
  (umask 077 && mkdir -p "${copy%/*}")
  if [ -L "$1" ]; then
    copy_link "$1" "$copy"
  elif is_large "$1"; then
    ln -f "$1" "$copy" 2>/dev/null || rm -f "$copy"
  else
    cp -p "$1" "$copy.new" && mv -f "$copy.new" "$copy"
  fi
}

is_kept() {
  local kept=$STATE/units/$1.good file
  shift
  for file; do is_of_package "$file" || [ -e "$kept$file" ] || return 1; done
}

is_of_package() { [[ $1 = /usr/sbin/* ]]; }

is_large() { [ "$(stat -L -c %s "$1")" -gt 1048576 ]; }

# put_back NAME FILE...: those of which good ones are kept are in their places.
put_back() { restore_from good "$@"; }

restore_from() {
  local kept=$STATE/units/$2.$1 file mode
  shift 2
  for file; do
    if [ ! -e "$kept$file" ] || cmp -s "$kept$file" "$file"; then continue; fi
    if [ -L "$kept$file" ]; then
      note program "$file"
      copy_link "$kept$file" "$file" || return
    elif is_large "$kept$file"; then
      note program "$file"
      { ln -f "$kept$file" "$file.new" && mv -fT "$file.new" "$file"; } || return
    else
      mode=$(stat -c %a "$kept$file")
      put "$file" "$mode" <"$kept$file" || return
    fi
  done
}

copy_link() { cp -P "$1" "$2.new" && mv -fT "$2.new" "$2"; }

# changes NAME FILE...: how the FILEs, or what is to be in their places, differ from the good ones that are kept, in a few lines.
changes() {
  local kept=$STATE/units/$1.good file new
  shift
  for file; do
    new=$(as_deferred "$file")
    if [ ! -e "$kept$file" ] || cmp -s "$kept$file" "$new"; then continue; fi
    if is_large "$new"; then printf '%s is another program\n' "$file"; else changed_lines "$kept$file" "$new"; fi
  done
}

# changed_lines BEFORE AFTER: each flag of a command is a line of its own.
changed_lines() {
  { diff --unchanged-line-format= --old-line-format='- %L' --new-line-format='+ %L' <(flags_apart <"$1") <(flags_apart <"$2") || true; } |
    sed -E 's/^([-+]) +/\1 /' | awk 'NR <= 12 { print }'
}

flags_apart() { sed -E 's/^ *- --/--/; s/ --/\n--/g'; }
