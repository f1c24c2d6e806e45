# One etcd member under systemd, TLS for clients and peers. It begins the cluster together with the others, or joins the
# one that is there, at first as a learner.
# Reads: PROGRAMS CERTIFICATE_CONFIG NAME DATA_DIR CLIENT_PORT PEER_URL PEERS FOUNDERS BEGINNING ETCD_CA_CRT ETCD_CA_KEY

readonly PKI=/etc/etcd/pki

up() {
  refuse_foreign_data
  install_programs
  etcd_certificates /usr/local/lib/keelson/kubeadm "$PKI" etcd-server etcd-peer etcd-healthcheck-client
  make_directory "$DATA_DIR"
  chmod 0700 "$DATA_DIR"
  printf '%s\n' "$DATA_DIR" >"$STATE/etcd-data"
  write_files
  [ -d "$DATA_DIR/member" ] || begin
  if ! runs_on "${UNIT[@]}" && systemctl is-active --quiet etcd.service && peers_listen; then
    restart_in_turn
  else
    start_member 3
  fi
  ! grep -qs '=existing$' "$BEGINNING" || promote
  # Without a majority nobody is well, and the others start at their own time: then all are awaited when all are started.
  ! members >/dev/null || wait_for 60 "this etcd member to be healthy" healthy || unit_failed etcd.service
}

readonly UNIT=(etcd.service /etc/systemd/system/etcd.service /usr/local/bin/etcd
  "$PKI"/etcd/ca.crt "$PKI"/etcd/server.crt "$PKI"/etcd/peer.crt)

# start_member SECONDS: the member runs on its files as they are now, or is on its way: it is ready only when a majority is,
# which nobody can wait for who keeps the others from being started. A member that fails at once is told at once.
start_member() {
  local status=0
  ! runs_on "${UNIT[@]}" || return 0
  systemctl daemon-reload
  systemctl enable --quiet etcd.service
  timeout "$1" systemctl restart etcd.service || status=$?
  # timeout(1) says 124; the start goes on.
  [ "$status" = 0 ] || [ "$status" = 124 ] || unit_failed etcd.service
  note_start "${UNIT[@]}"
}

refuse_foreign_data() {
  [ "$(cat "$STATE/etcd-data" 2>/dev/null)" != "$DATA_DIR" ] || return 0
  [ -z "$(ls -A "$DATA_DIR" 2>/dev/null)" ] ||
    die "$DATA_DIR on $(hostname) has data of another etcd: move it away, or set etcd.dataDir to an empty directory"
}

# Without data a member is one of the founders, who begin together, or there are others to join.
begin() {
  local list
  if list=$(members); then
    join "$list"
  elif [[ ,$FOUNDERS, = *,$NAME=$PEER_URL,* ]]; then
    begin_as "$FOUNDERS" new
  else
    wait_for 120 "another member of etcd to answer" members ||
      die "$(hostname) is new to etcd, and no member that it could join answers: keep a present member in machines until this one has joined"
    list=$(members)
    join "$list"
  fi
}

join() {
  local id
  id=$(own_field 1 <<<"$1")
  if [ -n "$id" ] && [ -n "$(own_field 5 <<<"$1")" ]; then
    log "this machine was a member of etcd and has lost its data: it joins anew"
    etcd_ctl member remove "$id" >&2
    id=
  elif [ -n "$id" ] && [ "$(own_field 6 <<<"$1")" = false ]; then
    # The other founders were faster.
    begin_as "$FOUNDERS" new
    return
  fi
  # One learner at a time is all that etcd takes, and none while a member does not answer.
  [ -n "$id" ] || wait_for 300 "its turn to join etcd" add_learner ||
    die "etcd does not take $(hostname) as a member: see that all members are well, with etcdctl endpoint health"
  begin_as "$(members | awk -F ', ' -v name="$NAME" -v url="$PEER_URL" \
    '{ printf "%s%s=%s", separator, $4 == url ? name : $3, $4; separator = "," }')" existing
}

add_learner() { etcd_ctl member add "$NAME" --learner --peer-urls="$PEER_URL" || { let_dead_go && false; }; }

# Only members that are to leave anyway, for those of the configuration are in PEERS; and a learner that a run which was cut
# off left behind before it began: it joins anew when it is started, which nobody can wait for who keeps it from that.
let_dead_go() {
  local id status peer client learner
  while IFS=, read -r id status peer client learner; do
    if [ "$status,$learner" = unstarted,true ]; then
      ! has_been_silent "$id" "$peer" || etcd_ctl member remove "$id"
    else
      [[ " ${PEERS[*]} " = *" $client "* ]] || [ -z "$client" ] || listens "$client" || etcd_ctl member remove "$id"
    fi
  done < <(members | awk -F ', ' -v OFS=, '{ print $1, $2, $4, $5, $6 }')
}

# One that has just been added begins within seconds.
has_been_silent() {
  ! listens "$2" || return
  [ "$1" = "${silent_id:-}" ] || silent_since=$SECONDS
  silent_id=$1
  [ $((SECONDS - silent_since)) -ge 20 ]
}

begin_as() { printf 'ETCD_INITIAL_CLUSTER=%s\nETCD_INITIAL_CLUSTER_STATE=%s\n' "$1" "$2" | put "$BEGINNING" 0644; }

# A learner has no vote until it has what the others have.
promote() {
  local list id
  list=$(members) || return 0
  [ "$(own_field 6 <<<"$list")" = true ] || return 0
  id=$(own_field 1 <<<"$list")
  wait_for 300 "this member to have what the others have" etcd_ctl member promote "$id" ||
    die "the new member of etcd on $(hostname) does not catch up with the others: see journalctl -u etcd there"
}

# Under a lock that etcd itself keeps: no other member is down meanwhile, and this one is well when it is over. Where
# etcd has no majority that could order restarts, there is nothing to wait for.
restart_in_turn() {
  local turn=/run/keelson/etcd-turn lock
  rm -f "$turn"
  # The lock's holder ends with this script, however that ends.
  # shellcheck disable=SC2016 # the dollar signs are the inner shell's
  etcd_ctl lock --ttl=30 keelson/restart -- \
    sh -c 'touch "$1"; while [ -e "$1" ] && [ -d "/proc/$2" ]; do sleep 0.2; done' sh "$turn" "$$" >/dev/null 2>&1 &
  lock=$!
  wait_for 600 "this member's turn to restart" eval "[ -e $turn ] || [ ! -d /proc/$lock ]" ||
    die "another member of etcd holds up the restart of $(hostname)'s: see that all members are well"
  start_member 60
  wait_for 60 "this etcd member to be healthy" healthy || unit_failed etcd.service
  rm -f "$turn"
  wait "$lock" || log "etcd has no majority: $(hostname)'s member restarted without a turn"
}

healthy() {
  curl -fsS --max-time 2 --cacert "$PKI/etcd/ca.crt" --cert "$PKI/etcd/healthcheck-client.crt" \
    --key "$PKI/etcd/healthcheck-client.key" "https://127.0.0.1:$CLIENT_PORT/readyz"
}

down() {
  stop_unit etcd.service
  # Only what this program put there goes: the record names the directory it found empty.
  [ ! -e "$STATE/etcd-data" ] || find "$(cat "$STATE/etcd-data")" -mindepth 1 -delete
  rm -f "$STATE/etcd-data"
  remove_programs
  remove_file "$BEGINNING"
  rm -rf "$PKI/etcd"
  remove_empty "$PKI"
  remove_empty "$DATA_DIR"
  remove_files
  systemctl daemon-reload
}
