# Units of systemd that a script keeps running, and what of them the machine remembers.

# run_unit UNIT FILE...: UNIT is enabled and runs on the FILEs as they are now. A restart happens only when one of
# them is another than at the last start; the record is written after it, so a killed run restarts again.
run_unit() {
  local unit=$1
  note unit "$unit"
  if runs_on "$@"; then
    systemctl is-enabled --quiet "$unit" || systemctl enable --quiet "$unit"
    return
  fi
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
  printf '%s\n' "$@" >"$STATE/units/$unit.files"
  sha256sum "$@" | sha256sum >"$STATE/units/$unit"
}

# run_unit_in_turn UNIT FILE...: as run_unit, but where pods are at work a restart is put off until it is the machine's turn,
# in which run_put_off makes it.
run_unit_in_turn() {
  note unit "$1"
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
    rm -f "$STATE/units/$unit" "$STATE/units/$unit.files" "$STATE/units/$unit.read"
    systemctl reset-failed --quiet "$unit" 2>/dev/null || true
  done
}
