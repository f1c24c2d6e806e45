# etcd is set back to a backup, in stages. `up` does the one in STAGE, and notes for which generation it was done, so that a run that was
# killed goes on where it was. Nothing is stopped before every member has what it is to start on.
# Reads: STAGE GENERATION WANTED CHOSEN OVER NAME DATA_DIR PEER_URL INITIAL_CLUSTER NODES RESTIC_OPTIONS
# Reads: CLUSTER CLUSTER_NAMES
# Reads: ENCRYPTION ENCRYPTION_KEYS PROVIDERS ETCD_ENDPOINTS ETCD_PREFIX

readonly RESTORES=$STATE/restore
readonly API_SERVER=/etc/kubernetes/manifests/kube-apiserver.yaml
# What etcd's documentation asks for where clients keep what they read: they read all of it again.
readonly BUMP=1000000000

up() {
  (umask 077 && mkdir -p "$RESTORES")
  if [ "$STAGE" = choose ]; then
    choose
    return
  fi
  ! is_done || return 0
  if [ "$OVER" = true ]; then
    # The others have done this without a machine that is there only since.
    printf '%s\n' "$GENERATION" >"$RESTORES/over"
    rm -f "$RESTORES/backup"
  else
    "$STAGE"
  fi
  printf '%s\n' "$GENERATION" >"$RESTORES/$STAGE.new"
  mv -f "$RESTORES/$STAGE.new" "$RESTORES/$STAGE"
}

generation_of() { cat "$RESTORES/$1" 2>/dev/null || printf 0; }

# Of a backup that was chosen since, or for other members, what a member is to start on is laid out anew.
is_done() {
  [ "$(generation_of "$STAGE")" -ge "$GENERATION" ] || return 1
  [ "$STAGE" != fetch ] || [ -z "$CHOSEN" ] || { is_of_chosen && { is_started || is_of_members; }; }
}

# An earlier release did not write down which backup a member was set back to.
is_of_chosen() {
  local id
  read -r _ id _ <<<"$CHOSEN"
  if [ -e "$RESTORES/backup" ]; then grep -qxF "$id" "$RESTORES/backup"; else is_swapped; fi
}

is_swapped() { [ "$(generation_of swap)" -ge "$GENERATION" ]; }

# All have swapped by then, and members come and go as ever.
is_started() { [ "$(generation_of start)" -ge "$GENERATION" ]; }

# Members that are laid out for two lists, or at two revisions, are two clusters.
is_of_members() { [ "$(sed -n 2p "$RESTORES/backup" 2>/dev/null)" = "$(laid_out)" ]; }

laid_out() { printf '%s %s' "$INITIAL_CLUSTER" "$(bump)"; }

# Printed for all: "backup SECONDS ID SHA256 BYTES REVISION KEYS". It is chosen once: `latest` is another one an hour later, and members
# that start on two backups are two clusters.
choose() {
  local choice
  choice=$(noted_choice)
  if [ -z "$choice" ]; then
    # Nobody asks which it was any more, and it may be gone where it was kept.
    ! is_final || return 0
    choice=$(choice_of_now)
    printf '%s %s %s\n' "$GENERATION" "$WANTED" "$choice" >"$RESTORES/chosen.new"
    mv -f "$RESTORES/chosen.new" "$RESTORES/chosen"
  fi
  printf 'backup %s\n' "$choice"
}

noted_choice() {
  local number asked choice
  [ -s "$RESTORES/chosen" ] || return 0
  read -r number asked choice <"$RESTORES/chosen"
  [ "$number" = "$GENERATION" ] || return 0
  if [ "$asked" = "$WANTED" ] || is_final; then printf '%s' "$choice"; fi
}

# is_final: other members may have been set back to what was chosen.
is_final() { [ "$OVER" = true ] || [ "$(generation_of fetch)" -ge "$GENERATION" ]; }

choice_of_now() {
  local backup id bytes digest
  backup=$(wanted_backup) ||
    die "$(hostname) cannot list the backups of etcd: $(restic_said)"
  [ -n "$backup" ] || die "there is no backup ($WANTED) of the cluster $CLUSTER ($CLUSTER_NAMES) where etcd.backup.to says, as $(hostname) reads it: see restic snapshots there"
  id=${backup#* }
  id=${id%% *}
  { bytes=$(backup_bytes "$id") && digest=$(repository dump "$id" etcd.db | sha256sum); } ||
    die "the backup ${id:0:8} cannot be read on $(hostname): $(restic_said)"
  printf '%s %s %s %s %s %s' "${backup%% *}" "$id" "${digest%% *}" "$bytes" "$(tag rev "$backup")" "$(tag registry "$backup")"
}

# An earlier release marked backups with the stack's name, and another cluster of that name may have made some of them: such a one counts
# where it is asked for by its own id, and `latest` may be one until there are others.
wanted_backup() {
  local list earlier
  if [ "$WANTED" != latest ]; then
    list=$(backups "$WANTED") || return
    if [ -n "$list" ]; then printf '%s' "$list"; else earlier_backups "$WANTED"; fi
    return
  fi
  # shellcheck disable=SC2119 # of all of them
  list=$(backups) || return
  if [ -z "$(made_together <<<"$list")" ]; then
    earlier=$(earlier_backups) || return
    list=$(printf '%s\n' "$earlier" "$list" | sort -n)
  fi
  newest_of <<<"$list"
}

earlier_backups() {
  local mark
  for mark in $CLUSTER_NAMES; do backups_of "$mark" "$@" || return; done
}

# fetch: what the member is to start on lies beside its data, whole. Every member has the same bytes.
fetch() {
  local new=$DATA_DIR/restore-$GENERATION id digest bytes
  [ -n "$CHOSEN" ] || die "nobody knows any more which backup the restore $GENERATION is of, and nothing was stopped: use a higher etcd.restore.generation"
  read -r _ id digest bytes _ <<<"$CHOSEN"
  ! is_swapped || die "$(hostname)'s member of etcd was set back by the restore $GENERATION, and not to the backup ${id:0:8} for the members $INITIAL_CLUSTER: use a higher etcd.restore.generation"
  refuse_data_of_others
  if [ -d "$new/member" ] && is_of_chosen && is_of_members; then return; fi
  make_directory "$DATA_DIR"
  chmod 0700 "$DATA_DIR"
  printf '%s\n' "$DATA_DIR" >"$STATE/etcd-data"
  rm -rf "$RESTORES/backup" "$new" "$new".*
  need_room "$DATA_DIR" $((bytes * 2))
  (umask 077 && repository dump "$id" etcd.db >"$new.db") ||
    die "the backup ${id:0:8} cannot be read on $(hostname), and nothing was stopped: $(restic_said). Where etcd.backup.to is a path that is no share, copy what is there to every member. Where it is gone, a higher etcd.restore.generation chooses another"
  { [ "$(sha256sum <"$new.db")" = "$digest  -" ] && snapshot_is_whole "$new.db"; } ||
    die "the backup ${id:0:8} has other bytes on $(hostname) than where it was chosen, and nothing was stopped: see restic check there"
  (umask 077 && /usr/local/lib/keelson/etcdutl snapshot restore "$new.db" --data-dir "$new.part" --name "$NAME" --initial-cluster "$INITIAL_CLUSTER" \
    --initial-cluster-token "keelson-$GENERATION" --initial-advertise-peer-urls "$PEER_URL" --bump-revision "$(bump)" --mark-compacted \
    >"$new.said" 2>&1) || die "etcdutl does not restore the backup ${id:0:8} on $(hostname), and nothing was stopped: $(tail -n 1 "$new.said")"
  rm -f "$new.db" "$new.said"
  sync -f "$new.part"
  mv "$new.part" "$new"
  printf '%s\n' "$id" "$(laid_out)" >"$RESTORES/backup"
}

# A backup may be from before other restores, which have raised the revision as well: each number has its own BUMP of revisions, above those
# of all numbers before it.
bump() {
  local revision by
  read -r _ _ _ _ revision _ <<<"$CHOSEN"
  by=$(((GENERATION - revision / BUMP) * BUMP))
  printf '%s' $((by > BUMP ? by : BUMP))
}

refuse_data_of_others() {
  ! grep -qsxF "$DATA_DIR" "$STATE/etcd-data" && [ -d "$DATA_DIR" ] || return 0
  [ -z "$(find "$DATA_DIR" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name 'restore-*')" ] ||
    die "$DATA_DIR on $(hostname) has data of another cluster's etcd: move it away, or set etcd.dataDir to an empty directory"
}

# halt: no API server sees that time runs back, and each that starts then reads Secrets by every key that there was.
halt() {
  if [ -e "$API_SERVER" ]; then mv -f "$API_SERVER" "$RESTORES/kube-apiserver.yaml"; fi
  wait_for 120 "the API server on $(hostname) to end" api_server_is_gone ||
    die "the API server on $(hostname) does not end, though its manifest is gone: see systemctl status kubelet there, and run up again"
  read_everything
}

api_server_is_gone() { ! server_process kube-apiserver; }

# swap: the data of before is moved aside by renames. In between there is none, and with the note that there was some the unit
# refuses to start on nothing: what is to start is in place before anything starts.
swap() {
  local new=$DATA_DIR/restore-$GENERATION aside=$DATA_DIR/before-restore-$GENERATION
  ! has_unit || systemctl disable --quiet --now etcd.service
  if [ -d "$new/member" ]; then
    if [ -e "$DATA_DIR/member" ]; then
      [ ! -e "$aside/member" ] || aside+=-$EPOCHSECONDS
      mkdir -p "$aside"
      mv "$DATA_DIR/member" "$aside/"
    fi
    mv "$new/member" "$DATA_DIR/member"
    sync -f "$DATA_DIR"
  fi
  [ -d "$DATA_DIR/member" ] || die "what $(hostname)'s member of etcd is to start on is not in $new: remove $RESTORES/fetch there, and run up again"
  rm -rf "$new" "$STATE/etcd-joining"
  log "$(hostname)'s member of etcd is set back; what it had before is kept in $aside"
}

has_unit() { [ -e /etc/systemd/system/etcd.service ]; }

# start: a member is ready when a quorum is, so nobody waits here. A machine that is new gets its unit later, and starts then.
start() {
  ! has_unit || {
    systemctl enable --quiet etcd.service
    systemctl start --no-block etcd.service
  }
}

# resume: machine by machine.
resume() {
  if has_unit; then
    wait_for 120 "etcd to have a quorum again" is_well "$(member_url)" ||
      die "etcd does not start on $(hostname) with the restored data: see journalctl -u etcd there. What was before is in $DATA_DIR/before-restore-$GENERATION"
    [ "$(health_of "$(member_url)")" != full ] ||
      log "etcd was full when the backup was made (alarm NOSPACE), and takes no writes: see \"When etcd is full\" in docs/operations.md"
  fi
  if [ -e "$RESTORES/kube-apiserver.yaml" ]; then
    [ -e "$API_SERVER" ] || mv -f "$RESTORES/kube-apiserver.yaml" "$API_SERVER"
    rm -f "$RESTORES/kube-apiserver.yaml"
  fi
  if [ -e "$API_SERVER" ]; then
    wait_for 300 "the API to answer on $(hostname)" api get --raw /readyz ||
      die "the API does not answer on $(hostname) after etcd was set back: see its log below /var/log/pods, and run up again"
    [ "${#NODES[@]}" = 0 ] || {
      admit_nodes
      name_strangers
    }
  fi
  # It says that its node is there only when it starts, and the backup may not know of it.
  if systemctl is-active --quiet kubelet.service; then
    systemctl restart kubelet.service
    wait_for 60 "the kubelet to be healthy" curl -fsS --max-time 2 http://127.0.0.1:10248/healthz ||
      die "the kubelet on $(hostname) does not come up: see systemctl status kubelet there"
  fi
}

api() { kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 5s "$@"; }

# In the time of the backup a machine may have been kept out as lost that is here again: nobody else would admit it once more. One that is lost
# now is kept out again after this, by its own script.
admit_nodes() {
  wait_for 60 "the API to admit the stack's nodes" api delete validatingadmissionpolicybinding,validatingadmissionpolicy \
    "${NODES[@]/#/keelson-lost-}" --ignore-not-found ||
    die "the API on $(hostname) does not delete the ValidatingAdmissionPolicies keelson-lost-* of the stack's machines, which may be in the backup: see make doctor, and run up again"
}

# Nodes that the backup knows of, and which no machine stands behind any more.
name_strangers() {
  local node
  while read -r node; do
    [[ " ${NODES[*]} " != *" ${node#node/} "* ]] || continue
    # With the mark of its machine it would be taken for one that leaves.
    api annotate "$node" keelson.io/machine- >&2 || true
    log "$node is in the backup, and no machine of the stack is: kubectl delete $node removes it"
  done < <(api get nodes -o name 2>/dev/null || true)
}

down() { :; }
