# One etcd member under systemd, TLS for clients and peers. It begins the cluster together with the others, or joins the
# one that is there, at first as a learner.
# Reads: PROGRAMS SIGNING CERTIFICATE_CONFIG NAME DATA_DIR CLIENT_PORT PEER_URL PEERS FOUNDERS BEGINNING MARK ETCD_CA_CRT ETCD_ISSUER_CRT ETCD_CA_KEY
# Reads: GOOD_UNTIL VALIDITY RELEASE ETCD_USER DIRECTORIES TRUSTED

readonly PKI=/etc/etcd/pki

up() {
  local failed_before
  refuse_foreign_data
  failed_before=$(last_failure)
  forget_leaves
  # What the member is known to run on is kept until it runs on what it is to run on now, and in its place until its turn.
  ! runs_on "${UNIT[@]}" 2>/dev/null || keep_running_settings
  forget_deferred
  # shellcheck disable=SC2034 # turns.sh reads it.
  deferring=yes
  each_program install_program "${SIGNING[@]}"
  install_programs
  make_user
  # What is in use anywhere is not made again.
  printf '%s\n' "${TRUSTED//+/ }" >"$STATE/etcd-authorities"
  deferring='' etcd_certificates /usr/local/lib/keelson/kubeadm "$PKI" etcd-server etcd-peer etcd-healthcheck-client
  make_directory "$DATA_DIR"
  chmod 0700 "$DATA_DIR"
  printf '%s\n' "${DIRECTORIES[@]}" >"$STATE/etcd-data"
  let_user_in
  write_files
  note unit etcd.service
  # What guards the data counts from the next start on, whoever starts it.
  systemctl daemon-reload
  set_removed_data_aside
  [ -d "$DATA_DIR/member" ] || begin
  if { has_deferred "${UNIT[@]}" || ! runs_on "${UNIT[@]}"; } && systemctl is-active --quiet etcd.service; then
    restart_in_turn "$failed_before"
  else
    use_new_settings
    start_member
  fi
  forget_settings
  ! is_joining || promote
  # Without a quorum nobody is well, and the others start at their own time: then all are awaited when all are started.
  ! members >/dev/null || wait_for 60 "this etcd member to be healthy" healthy || unit_failed etcd.service
  ! healthy >/dev/null 2>&1 || note_member
  # Where it is gone the member does not start, and joins anew by this script.
  note present "$DATA_DIR/member/snap/db"
  # Its unit notes there that it has begun, when it is part of a quorum.
  disown_file "$BEGINNING"
  tell_ends "$PKI"/etcd/{server,peer,healthcheck-client}.crt
}

# Its own certificates are none of what it was started on: it reads them at each connection.
readonly UNIT=(etcd.service /etc/systemd/system/etcd.service /usr/local/bin/etcd "$PKI"/etcd/ca.crt)

# A member that an earlier release started is known by them as well, and is not restarted for that.
forget_leaves() { ! runs_on "${UNIT[@]}" "$PKI"/etcd/{server,peer}.crt 2>/dev/null || note_digest "${UNIT[@]}"; }

# The member runs on its files as they are now, or is on its way: it is ready only when a quorum is, which nobody can wait
# for who keeps the others from being started. A member that fails at once is told at once.
start_member() {
  local began
  ! runs_on "${UNIT[@]}" || return 0
  began=$(date +%s)
  try_start 3 || take_back "$began"
}

# try_start SECONDS: fails where the member ends at once.
try_start() {
  local status=0
  systemctl enable --quiet --no-reload etcd.service
  systemctl daemon-reload
  timeout "$1" systemctl restart etcd.service || status=$?
  # timeout(1) says 124; the start goes on.
  [ "$status" = 0 ] || [ "$status" = 124 ] || return 1
  note_start "${UNIT[@]}"
}

# A disk of its own has a lost+found, which is nobody's data.
refuse_foreign_data() {
  local directory
  ! grep -qsxF "$DATA_DIR" "$STATE/etcd-data" || return 0
  for directory in "${DIRECTORIES[@]}"; do
    [ "$directory" = "$DATA_DIR" ] || [ ! -d "$directory" ] || [ "$(stat -c %m "$directory")" != "$directory" ] ||
      die "$directory on $(hostname) is where a disk is mounted, and etcd makes its log there by renaming a directory: set etcd.extraArgs.wal-dir to one below it"
    [ -z "$(contents "$directory")" ] ||
      die "$directory on $(hostname) has data of another cluster's etcd: move it away, or set etcd.dataDir or etcd.extraArgs.wal-dir to an empty directory"
  done
}

contents() { [ ! -d "$1" ] || find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found; }

healthy() { own_answer readyz; }

# own_answer readyz: this member is part of a quorum. own_answer livez: it answers.
own_answer() {
  curl -fsS --max-time 2 --cacert "$PKI/etcd/ca.crt" --cert "$PKI/etcd/healthcheck-client.crt" \
    --key "$PKI/etcd/healthcheck-client.key" "https://127.0.0.1:$CLIENT_PORT/$1"
}

# peer_answer URL: which members one knows that serves others there, also without a quorum. What speaks HTTP/2 there is a member, and gets
# no other answer.
peer_answer() {
  curl -fsS --http1.1 --max-time 3 --cacert "$PKI/etcd/ca.crt" --cert "$PKI/etcd/peer.crt" --key "$PKI/etcd/peer.key" "$1/members"
}

down() {
  local directory
  ! is_counted_for_good || leave_members
  stop_unit etcd.service
  # Only what this program put there goes: the record names the directories it found empty.
  [ ! -e "$STATE/etcd-data" ] || while read -r directory; do [ ! -d "$directory" ] || empty_directory "$directory"; done <"$STATE/etcd-data"
  rm -f "$STATE/etcd-data" "$STATE/etcd-authorities" "$MARK"
  forget_joining
  forget_settings
  remove_programs
  each_program remove_program "${SIGNING[@]}"
  remove_file "$BEGINNING"
  rm -rf "$PKI/etcd"
  remove_empty "$PKI"
  for directory in "${DIRECTORIES[@]}"; do remove_empty "$directory"; done
  remove_files
  remove_user
  systemctl daemon-reload
}

# is_counted_for_good: no other machine's script lets go of it, because the state does not know of this one, or of that one: a run that
# added members ended when this one had its vote, and others had not.
is_counted_for_good() {
  [ -z "${UNDONE_BY:-}" ] || return 0
  # The way back that the machine keeps has no founders.
  [[ ,${FOUNDERS:-}, != *=$PEER_URL,* ]] && ! is_let_go_of "$NAME"
}
