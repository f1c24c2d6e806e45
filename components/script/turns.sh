# What disturbs pods waits for its machine's turn. A script has three verbs: `up` and what of `turn` disturbs nobody when it is sent,
# the whole of `turn` when it is the machine's turn, and `down`.
#   $SCRIPTS/NAME/turn       the script's own program, without secrets, where something of it waits
#   $DEFERRED/PATH, .../UNIT while `up` is at work: what is to be in the place of PATH, and which UNITs are to restart
#   $STATE/restarted         a line for each unit that was restarted in a turn that is not over: UNIT FILE...

readonly DEFERRED=$SCRIPTS/$SCRIPT/deferred

# stage: `up`, and `turn` as far as it may go now: a machine that is no node takes the whole of it.
stage() {
  forget_deferred
  [ ! -e /etc/kubernetes/kubelet.conf ] || deferring=yes
  up
  turn
  # What another script's turn will change may be read in this one's.
  if [ -d "$DEFERRED" ] || others_wait; then keep_program turn turn; else rm -f "$SCRIPTS/$SCRIPT/turn"; fi
  forget_deferred
}

# forget_deferred: what a run that was killed left half written as well.
forget_deferred() { rm -rf "$DEFERRED" "$SCRIPTS/$SCRIPT/turn.new"; }

others_wait() { grep -qvxF "$SCRIPTS/$SCRIPT/turn" <(compgen -G "$SCRIPTS/*/turn"); }

# defer PATH NEW: where a unit at work reads PATH, NEW waits for the turn. In place of what is gone it does not wait.
defer() {
  [ -n "${deferring:-}" ] && [ -e "$1" ] && is_read_at_work "$1" || return 1
  { mkdir -p "$DEFERRED${1%/*}" && mv -fT "$2" "$DEFERRED$1"; } ||
    die "what is to be at $1 cannot be kept for the turn of $(hostname): the error is above"
}

is_read_at_work() {
  local files unit
  for files in "$STATE"/units/*.files; do
    unit=$(basename "$files" .files)
    ! grep -qsxF "$1" "$files" || ! systemctl is-active --quiet "$unit" || return 0
  done
  return 1
}

has_deferred() {
  local file
  for file in "${@:2}"; do [ ! -e "$DEFERRED$file" ] || return 0; done
  return 1
}

# as_deferred PATH: where what is to be in its place is.
as_deferred() { if [ -e "$DEFERRED$1" ]; then printf '%s' "$DEFERRED$1"; else printf '%s' "$1"; fi; }

# has_to_wait UNIT: one that does not run has nothing at work on it.
has_to_wait() { [ -n "${deferring:-}" ] && systemctl is-active --quiet "$1"; }

defer_restart() {
  mkdir -p "$DEFERRED"
  touch "$DEFERRED/$1"
  log "$1: its restart is deferred to the step ${SCRIPT%-*}-rollout"
}

has_turns() { [ -s "$STATE/restarted" ] || [ -s "$STATE/put-off" ] || compgen -G "$SCRIPTS/*/turn" >/dev/null; }

# take_turns [FUNCTION]: in the order in which the scripts first ran. Where one fails, FUNCTION is called before this ends.
take_turns() {
  local name
  declare -gA turns_taken=()
  while read -r name; do
    [ -e "$SCRIPTS/$name/turn" ] || continue
    turns_taken[$name]=$(turn_id "$name")
    if bash "$SCRIPTS/$name/turn"; then continue; fi
    "${1:-:}"
    exit 1
  done <"$SCRIPTS/order"
  in_turn=yes
  take_put_off
}

# turn_id NAME: another one each time that a turn is kept.
turn_id() { stat -c '%i %y' "$SCRIPTS/$1/turn" 2>/dev/null || true; }

note_restart() {
  [ -n "${in_turn:-}" ] || return 0
  log "restarting $1"
  grep -qsxF "$*" "$STATE/restarted" || printf '%s\n' "$*" >>"$STATE/restarted"
}

# end_turns: what was restarted is well. A turn that was kept since is a later run's: this one may go on when its own run was cut off.
end_turns() {
  local name
  in_turn=
  each_restarted keep_files
  for name in "${!turns_taken[@]}"; do
    [ "$(turn_id "$name")" != "${turns_taken[$name]}" ] || rm -f "$SCRIPTS/$name/turn"
  done
  forget_restarts
}

forget_turns() {
  rm -f "$SCRIPTS"/*/turn
  forget_restarts
}

forget_restarts() { rm -rf "$STATE/restarted" "$STATE/put-off" "$STATE/units"/*.next; }

# each_restarted FUNCTION: calls it with each unit and its files; fails where one of them does.
each_restarted() {
  local -a words
  local status=0
  [ -e "$STATE/restarted" ] || return 0
  while read -r -a words; do "$1" "${words[@]}" || status=1; done <"$STATE/restarted"
  return "$status"
}

# turn_back: everything that was restarted is on its last good start.
turn_back() {
  local status=0
  each_restarted go_back || status=1
  note_turn_end
  return "$status"
}

# An earlier release wrote down the units that wait, and kept their new files beside them (UNIT.next). A script that was sent
# since knows better.
take_put_off() {
  local -a words
  [ -e "$STATE/put-off" ] || return 0
  while read -r -a words; do
    restore_from next "${words[@]}"
    run_unit "${words[@]}"
  done <"$STATE/put-off"
}

forget_put_off() {
  [ -e "$STATE/put-off" ] || return 0
  { grep -v "^$1 " "$STATE/put-off" || true; } >"$STATE/put-off.new"
  mv -f "$STATE/put-off.new" "$STATE/put-off"
  rm -rf "$STATE/units/$1.next"
}
