# A restart of a member of etcd that runs: in its turn, while all others are well, and taken back where it fails.
# Reads: CLIENT_PORT PEER_URL RELEASE SNAPSHOTS

# What a restart puts to use, as the member runs on it.
readonly SETTINGS=(/etc/systemd/system/etcd.service /usr/local/bin/etcd)
readonly KEPT=$STATE/etcd-kept
readonly TURN=/run/keelson/etcd-turn
# The key in etcd that says which member did not come up, and why.
readonly FAILURE=keelson/restart-failed

# Of the program its link is kept.
keep_running_settings() {
  local path
  mkdir -p "$KEPT"
  for path in "${SETTINGS[@]}"; do copy_setting "$path" "$KEPT/${path##*/}"; done
}

copy_setting() {
  cp -pP "$1" "$2.new"
  mv -fT "$2.new" "$2"
}

# An earlier release kept new ones for their turn.
forget_settings() {
  forget_deferred
  rm -rf "$KEPT" "$STATE/etcd-next"
}

use_new_settings() {
  # shellcheck disable=SC2034 # turns.sh reads it.
  deferring=
  write_files
  link_programs
  systemctl daemon-reload
}

use_kept_settings() {
  local path
  for path in "${SETTINGS[@]}"; do copy_setting "$KEPT/${path##*/}" "$path"; done
}

are_kept() { [ -e "$KEPT/etcd" ] && [ -e "$KEPT/etcd.service" ]; }

# restart_in_turn FAILURE: that is what was said of a failure when this run began. Under a lock that etcd itself keeps: no
# other member is down meanwhile, and this one is well when it is over.
restart_in_turn() {
  local began others=
  if wait_for 30 "etcd's members to tell of each other" all_members; then
    others=$(other_urls)
    [ -z "$others" ] || take_turn "$others" "$1"
  else
    own_answer livez >/dev/null ||
      die "$(hostname)'s member of etcd is to restart, and neither it nor the others answer: see systemctl status etcd there, and" \
        "whether its certificates are of the others' authority. It was left as it is"
    ! healthy >/dev/null 2>&1 ||
      die "$(hostname)'s member of etcd is to restart, and is part of a quorum, but etcdctl does not list its members: $(list_fault)." \
        "It was left as it is: mend that, and run up again"
    log "etcd has no quorum, which turns to restart need: $(hostname)'s member restarts without one"
    others=none
  fi
  [ "$others" = none ] || keep_snapshot
  began=$(date +%s)
  use_new_settings
  if [ "$others" = none ]; then
    try_start 3 || take_back "$began"
    return
  fi
  { try_start 60 && wait_for 60 "this etcd member to be healthy" serves; } || take_back "$began" "$others"
  [ -z "$others" ] || etcd_ctl_at "$others" del "$FAILURE" --command-timeout=5s >/dev/null 2>&1 || true
  give_turn
}

# serves: a learner is never ready, for it has no vote, and answers.
serves() { if is_joining; then own_answer livez; else healthy; fi; }

# What a newer release writes an older one may not read. A learner may lack what the others have, and they keep their own.
keep_snapshot() {
  local runs
  runs=$(/usr/local/bin/etcd --version 2>/dev/null | sed -n 's/^etcd Version: //p') || return 0
  [ "$runs" != "$RELEASE" ] && ! is_joining && healthy >/dev/null 2>&1 || return 0
  log "etcd $runs → $RELEASE: a snapshot from before is kept in $SNAPSHOTS/before-etcd-$RELEASE.db"
  take_snapshot "$SNAPSHOTS/before-etcd-$RELEASE.db"
  forget_snapshots "$SNAPSHOTS/before-etcd-$RELEASE.db" 'before-etcd-*.db'
}

# take_turn URLS FAILURE
take_turn() {
  ! is_full "$1" ||
    die "etcd is full (alarm NOSPACE), so it takes no writes, and its members cannot take turns to restart: make room in it as" \
      "docs/operations.md says, \"When etcd is full\", and run up again"
  wait_for 600 "this member's turn to restart" has_turn "$1" ||
    die "timed out waiting for the turn of $(hostname)'s member of etcd to restart, and it was not restarted: check that all members are" \
      "healthy, with etcdctl endpoint health. $(tail -n 1 "$TURN.said" 2>/dev/null)"
  refuse_after "$2"
  unwell=()
  wait_for 60 "the other members of etcd to be well" all_others_well ||
    die "$(hostname)'s member of etcd does not restart while others are unhealthy, for etcd could lose its quorum: ${unwell[*]}." \
      "Start them, or mark their machines as lost, and run up again"
  # One whose connection broke meanwhile has lost it.
  [ -d "/proc/$holder" ] || die "$(hostname)'s member of etcd has lost its turn to restart, and was not restarted: run up again"
}

is_full() { [[ $(etcd_ctl_at "$1" alarm list --command-timeout=5s 2>/dev/null) = *NOSPACE* ]]; }

# has_turn URLS: asks for it again where etcdctl gave up, for a connection that breaks says nothing of the members.
has_turn() {
  if [ -z "${holder:-}" ] || [ ! -d "/proc/$holder" ]; then
    rm -f "$TURN"
    # The lock's holder ends with this script, however that ends.
    # shellcheck disable=SC2016 # the dollar signs are the inner shell's
    etcd_ctl_at "$1" lock --ttl=30 keelson/restart -- \
      sh -c 'touch "$1"; while [ -e "$1" ] && [ -d "/proc/$2" ]; do sleep 0.2; done' sh "$TURN" "$$" >"$TURN.said" 2>&1 &
    holder=$!
  fi
  [ -e "$TURN" ]
}

give_turn() {
  rm -f "$TURN"
  [ -z "${holder:-}" ] || wait "$holder" || true
}

# Settings that one member did not come up with are not tried by the next.
refuse_after() {
  local failure
  failure=$(last_failure)
  # One of an earlier run may be forgotten meanwhile, by a member that came up.
  [ -z "$failure" ] || [ "$failure" = "$1" ] ||
    die "$(hostname)'s member of etcd was not restarted, because another one did not come up on its new settings: ${failure#* }"
}

last_failure() {
  ! systemctl is-active --quiet etcd.service || etcd_own get "$FAILURE" --print-value-only --command-timeout=3s 2>/dev/null || true
}

# What is asked of etcd by way of this machine's own member, and where that does not answer, of the others.
etcd_own() { etcd_ctl_at "https://127.0.0.1:$CLIENT_PORT" "$@" 2>/dev/null || { peers_listen && etcd_ctl "$@"; }; }

all_members() { etcd_own member list --command-timeout=3s; }

# list_fault: what etcdctl says of why this machine's member does not list them. It may be over by now.
list_fault() {
  { etcd_ctl_at "https://127.0.0.1:$CLIENT_PORT" member list --command-timeout=3s 2>&1 >/dev/null || true; } | tail -n 1 | grep . || printf 'it does again by now'
}

other_urls() { all_members | awk -F ', ' -v url="$PEER_URL" '$4 != url && $5 != "" { printf "%s%s", separator, $5; separator = "," }'; }

# Each other one that votes, as etcd itself knows them: also those that are to leave.
all_others_well() {
  local list id name peer client
  unwell=("they do not answer as a quorum")
  list=$(all_members) || return
  unwell=()
  while IFS=, read -r id name peer client; do
    [ -z "$id" ] || is_well "$client" || unwell+=("${name:-$id} at ${client:-$peer}")
  done < <(awk -F ', ' -v OFS=, -v url="$PEER_URL" '$4 != url && $6 == "false" { print $1, $3, $4, $5 }' <<<"$list")
  [ "${#unwell[@]}" = 0 ] || { let_dead_go && false; }
}

# take_back BEGAN [URLS]: the member did not come up since then. What it ran on before is put back, and the others keep what they
# have: the turn goes to the next with the word of it.
take_back() {
  local words flags outcome
  words=$(last_words "$1")
  flags=$(new_flags)
  are_kept || unit_failed etcd.service
  use_kept_settings
  if try_start 60 && { [ "$#" = 1 ] || wait_for 60 "this etcd member to be healthy again" serves; }; then
    outcome="It runs on its old settings again"
  else
    outcome="It does not run on its old settings either, see journalctl -u etcd there"
  fi
  words="$(hostname)'s member of etcd did not come up with its new settings${flags:+ ($flags)}: $words"
  [ -z "${2:-}" ] || etcd_ctl_at "$2" put "$FAILURE" "$(date +%s.%N) $words" --command-timeout=5s >/dev/null 2>&1 || true
  die "$words. $outcome. Correct etcd.extraArgs, or what else is named, and run up again"
}

# The flags that the member has now and had not before.
new_flags() {
  are_kept || return 0
  { diff <(flags_in "$KEPT/etcd.service") <(flags_in "${SETTINGS[0]}") || true; } | sed -n 's/^> //p' | paste -sd ' ' -
}

flags_in() { grep -oE -- '"?--.*' "$1" | sed 's/ \\$//'; }

# last_words BEGAN: what etcd itself said last of why it ended. What it has to say in plain words, it says first.
last_words() {
  local said found
  said=$(journalctl --no-pager --output=cat --unit=etcd.service --identifier=etcd --since="@$1" 2>/dev/null || true)
  found=$(grep -E '"level":"(warn|error|panic|fatal)".*"error":"' <<<"$said" | tail -n 1 |
    sed -E 's/.*"msg":"([^"]*)".*"error":"(([^"\\]|\\.)*)".*/\1: \2/; s/\\"/"/g') || true
  [ -n "$found" ] || found=$(grep -m 1 -E '^[^{]' <<<"$said") || found=$(tail -n 1 <<<"$said")
  printf '%s' "${found:-see journalctl -u etcd there}"
}
