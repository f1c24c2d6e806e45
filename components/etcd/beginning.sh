# How a member of etcd begins: with the other founders, once in a stack's life, or by joining the members that are there.
# Reads: NAME DATA_DIR DIRECTORIES PEER_URL PEERS FOUNDERS BEGINNING MARK

# While it is there, the member has not been seen to have a vote.
readonly JOINING=$STATE/etcd-joining

forget_joining() { rm -f "$JOINING"; }

# Without data a member is one of the founders, who begin together, or there are others to join.
begin() {
  local list='' founding='' silent=''
  refuse_lost_data
  wait_for 120 "another member of etcd to answer" knows_how_to_begin ||
    die "$(hostname) has no data of etcd, and no quorum of the others answers that it could join: see whether" \
      "${PEERS[*]##* } answer from here, and whether the clocks agree. Keep a present member in machines until this one has joined." \
      ${silent:+"What may have begun without this machine, and says nothing: $silent."} \
      "Where there has never been a cluster, destroy, and run up"
  if [ -n "$founding" ]; then begin_as "$FOUNDERS" new; else join "$list"; fi
}

# A member that had data founds nothing, and what is only not mounted is not replaced.
refuse_lost_data() {
  local point was
  [ -e "$MARK" ] || return 0
  # An earlier release noted that of the data alone.
  was=$(paste -sd ' ' "$MARK")
  point=$(places | awk -v known="$(wc -l <"$MARK")" 'NR <= known' | paste -sd ' ' -)
  [ -z "$was" ] || [ "$point" = "$was" ] ||
    die "$DATA_DIR on $(hostname) was on the file system at $was when etcd had its data there, and is on that at $point:" \
      "mount it and run up again; where that disk is gone, remove $MARK there, and run up with other members that are well"
  [ "${#PEERS[@]}" = 0 ] || return 0
  ! systemctl is-active --quiet etcd.service ||
    die "$DATA_DIR/member on $(hostname) was deleted, and etcd still runs with what is deleted: save it now, with" \
      "etcdctl snapshot save, and bring it back with etcdutl snapshot restore. A restart would lose it"
  die "$DATA_DIR/member on $(hostname) is not there, where the data of the only member of etcd was, and an empty one would be" \
    "another cluster: bring the data back, then run up again. Where it is gone for good, set etcd back to a backup (etcd.restore); without one, destroy, and up, make a new cluster"
}

# places: the file systems of its directories that are there, a line each.
places() { stat -c %m "${DIRECTORIES[@]}" 2>/dev/null || true; }

# Founding is for a first run: nobody that is here has begun already. One who does not answer may have.
knows_how_to_begin() {
  list=$(members) && return
  [ ! -e "$MARK" ] && is_founder && nobody_has_begun && founding=yes
}

# A cluster that has members besides its founders has begun.
is_founder() {
  local url
  for url in "$PEER_URL" $(peer_urls); do
    [[ ,$FOUNDERS, = *=$url,* ]] || return 1
  done
}

# One that has begun as part of a quorum has told the others for whom it answers. Each one is heard: it may have votes that were
# cast with this machine's, which remembers nothing of them.
nobody_has_begun() {
  local peer said i=0
  silent=
  for peer in $(peer_urls); do
    if listens "$peer" || listens "${PEERS[i]##* }"; then
      said=$(peer_answer "$peer") || return 1
      ! grep -q '"clientURLs":\["' <<<"$said" || return 1
    elif ! refuses "$peer"; then
      silent+="${silent:+, }${PEERS[i]%% *} at $peer"
    fi
    i=$((i + 1))
  done
  [ -z "$silent" ]
}

join() {
  local id
  id=$(own_field 1 <<<"$1")
  if [ -n "$id" ] && [ -n "$(own_field 5 <<<"$1")" ]; then
    log "this machine was a member of etcd and has lost its data: it joins again, as a learner"
    wait_for 120 "the other members to remove the member whose data is lost" etcd_ctl member remove "$id" ||
      die "etcd refused to remove the member whose data $(hostname) has lost (quorum): see that all other members are healthy, with etcdctl endpoint health"
    id=
  elif [ -n "$id" ] && [ "$(own_field 6 <<<"$1")" = false ] && is_founder; then
    # The other founders were faster.
    begin_as "$FOUNDERS" new
    return
  fi
  # One learner at a time is all that etcd takes, and none while a member does not answer.
  [ -n "$id" ] || wait_for 300 "its turn to join etcd" add_learner ||
    die "etcd refused to add $(hostname) as a learner: another learner is joining, or a member is down. See that all members are healthy, with etcdctl endpoint health"
  touch "$JOINING"
  begin_as "$(all_of "$(members)")" existing
}

# all_of LIST: the members as etcd is told of them.
all_of() {
  awk -F ', ' -v name="$NAME" -v url="$PEER_URL" \
    '{ printf "%s%s=%s", separator, $4 == url ? name : $3, $4; separator = "," }' <<<"$1"
}

add_learner() { etcd_ctl member add "$NAME" --learner --peer-urls="$PEER_URL" || { let_dead_go && false; }; }

# Only members that are to leave anyway, for those of the configuration are in PEERS: those that are dead, and what joins that
# were given up left behind. And a learner that a run which was cut off left behind before it began: it joins anew when it is
# started, which nobody can wait for who keeps it from that.
let_dead_go() {
  local id status peer client learner
  while IFS=, read -r id status peer client learner; do
    if ! is_configured "$peer"; then
      { [ "$learner" = false ] && listens "$client"; } || etcd_ctl member remove "$id"
    elif [ "$status,$learner" = unstarted,true ] && [ "$peer" != "$PEER_URL" ]; then
      ! has_been_silent "$id" "$peer" || etcd_ctl member remove "$id"
    fi
  done < <(members | awk -F ', ' -v OFS=, '{ print $1, $2, $4, $5, $6 }')
}

is_configured() { [[ " $PEER_URL $(peer_urls) " = *" $1 "* ]]; }

# Where the other members of the configuration speak with each other: at the port that this one does.
peer_urls() {
  local peer urls=()
  for peer in "${PEERS[@]##* }"; do urls+=("${peer%:*}:${PEER_URL##*:}"); done
  printf '%s' "${urls[*]}"
}

# One that has just been added begins within seconds.
has_been_silent() {
  ! listens "$2" || return
  [ "$1" = "${silent_id:-}" ] || silent_since=$SECONDS
  silent_id=$1
  [ $((SECONDS - silent_since)) -ge 20 ]
}

begin_as() {
  # One that runs still runs on data that is gone.
  systemctl stop etcd.service
  set_logs_aside "before-$(date -u +%Y%m%dT%H%M%SZ)"
  printf 'ETCD_INITIAL_CLUSTER=%s\nETCD_INITIAL_CLUSTER_STATE=%s\n' "$1" "$2" | put "$BEGINNING" 0644
  rm -f "$MARK"
}

# A member that has been part of a quorum has data, and never founds again. The unit notes the same at each start.
note_member() {
  local list
  places >"$MARK"
  if list=$(members); then
    printf 'ETCD_INITIAL_CLUSTER=%s\nETCD_INITIAL_CLUSTER_STATE=existing\n' "$(all_of "$list")" | put "$BEGINNING" 0644
  elif [ -e "$BEGINNING" ]; then
    sed -i 's/=new$/=existing/' "$BEGINNING"
  fi
}

# The data of a member that the others have let go is of no use to them: it is kept, and the machine joins anew.
set_removed_data_aside() {
  local aside
  [ -d "$DATA_DIR/member" ] && ! healthy >/dev/null 2>&1 && is_unknown || return 0
  aside=$DATA_DIR/removed-$(date -u +%Y%m%dT%H%M%SZ)
  systemctl stop etcd.service
  mkdir -p "$aside"
  mv "$DATA_DIR/member" "$aside/"
  set_logs_aside "${aside##*/}"
  log "the other members of etcd have removed $(hostname)'s: its old data is kept in $aside, and it joins again"
}

# set_logs_aside NAME: etcd goes by a log in a directory of its own, also where there are no data with it.
set_logs_aside() {
  local directory
  for directory in "${DIRECTORIES[@]}"; do
    if [ "$directory" = "$DATA_DIR" ] || ! compgen -G "$directory/*.wal" >/dev/null; then continue; fi
    # Beside the data: whatever is in that directory etcd deletes when it makes another log.
    mkdir -p "$DATA_DIR/$1/wal"
    find "$directory" -mindepth 1 -maxdepth 1 ! -name lost+found -exec mv -t "$DATA_DIR/$1/wal" {} +
  done
}

# Whoever answers says so; one alone could be mistaken.
is_unknown() {
  local peer list asked=
  for peer in "${PEERS[@]##* }"; do
    listens "$peer" || continue
    list=$(etcd_ctl_at "$peer" member list --command-timeout=3s 2>/dev/null) || return 1
    [ -z "$(own_field 1 <<<"$list")" ] || return 1
    asked=yes
  done
  [ -n "$asked" ]
}

is_joining() {
  local list
  [ ! -e "$JOINING" ] || return 0
  list=$(members) && [ "$(own_field 6 <<<"$list")" = true ]
}

# A join that failed when it had its vote: the others would count it for good. Whoever has this machine's old address is another one.
leave_members() {
  local host=${PEER_URL#*//}
  [ -n "$(ip -o -4 address show to "${host%:*}")" ] && members >/dev/null || return 0
  wait_for 30 "the other members to remove $NAME" has_left || ! members >/dev/null ||
    die "etcd refused to remove member $NAME, which is on $(hostname), for it would lose its quorum: see that all other members are healthy," \
      "with etcdctl endpoint health. Where the whole cluster is to go, run systemctl stop etcd on the others first"
}

# The last of all has nobody to leave.
has_left() { ! peers_listen || is_gone; }

# A learner has no vote until it has what the others have.
promote() {
  wait_for 300 "this learner to catch up, and to get its vote" has_vote ||
    die "the new member of etcd on $(hostname) has no vote: it does not catch up with the others, or they do not answer. See" \
      "journalctl -u etcd there, and etcdctl endpoint health on the others; then run up again"
  forget_joining
}

# The members say so themselves: a promotion that was answered may still have been of another moment.
has_vote() {
  local list
  list=$(members) || return
  [ "$(own_field 6 <<<"$list")" != false ] || return 0
  etcd_ctl member promote "$(own_field 1 <<<"$list")"
  return 1
}
