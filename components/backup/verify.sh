# A backup is good when it was restored: etcd starts on it, apart from the cluster, has as many keys as were there, and the last one.
# Reads: NAME RECORDS ETCDUTL

readonly SCRATCH_CLIENT=12379 SCRATCH_PEER=12380

# verify BACKUP
verify() {
  local file=$RECORDS/scratch/etcd.db data=$RECORDS/scratch/data id=${1#* } bytes pid='' registry url=https://127.0.0.1:$SCRATCH_CLIENT
  id=${id%% *}
  (umask 077 && mkdir -p "$RECORDS/scratch")
  # Each day another seventh of what is stored is read.
  repository unlock >/dev/null
  repository prune >/dev/null || die "unused data of etcd's backups cannot be taken out: $(restic_said)"
  repository check --read-data-subset="$((EPOCHSECONDS / 86400 % 7 + 1))/7" >/dev/null ||
    die "the repository of etcd's backups is damaged, as $(hostname) reads it: $(restic_said). Make a backup to another place, and see restic check and restic repair"
  # As it was backed up, and as etcd starts on it.
  bytes=$(backup_bytes "$id") || die "the backup ${id:0:8} of etcd cannot be measured on $(hostname): $(restic_said)"
  need_room "$RECORDS/scratch" $((bytes * 2))
  repository dump "$id" etcd.db >"$file" || die "the backup ${id:0:8} of etcd cannot be read on $(hostname): $(restic_said)"
  backup_is_whole "$file" "$1" || die "the backup ${id:0:8} of etcd is damaged: its digest or its revision is another one"
  "$ETCDUTL" snapshot restore "$file" --data-dir "$data" --name "$NAME" --initial-cluster "$NAME=https://127.0.0.1:$SCRATCH_PEER" \
    --initial-advertise-peer-urls "https://127.0.0.1:$SCRATCH_PEER" >"$RECORDS/scratch/said" 2>&1 ||
    die "the backup ${id:0:8} of etcd cannot be restored: $(tail -n 1 "$RECORDS/scratch/said")"
  rm -f "$file"
  start_apart
  # shellcheck disable=SC2064 # the process of now
  trap "kill $pid 2>/dev/null || true; rm -rf '$RECORDS/scratch'" EXIT
  wait_for 60 "etcd to start on the backup" is_well "$url" 2 ||
    die "etcd does not start on the backup ${id:0:8}: $(tail -n 1 "$RECORDS/scratch/said")"
  registry=$(count_registry "$url" 0) || die "etcd does not count the keys of the backup ${id:0:8}"
  [ "$registry" = "$(tag registry "$1")" ] ||
    die "the backup ${id:0:8} of etcd has $registry keys of Kubernetes, and $(tag registry "$1") were there when it was made"
  [ "$(tag canary "$1")" = "" ] || [ "$(etcd_ctl_at "$url" get keelson/canary --print-value-only)" = "$(tag canary "$1")" ] ||
    die "the backup ${id:0:8} of etcd lacks what was written right before it was made"
  kill "$pid"
  wait "$pid" || true
  rm -rf "$RECORDS/scratch"
  own_member put "$(verified_key)" "$EPOCHSECONDS $id" --command-timeout=5s >/dev/null 2>&1 ||
    log "etcd takes no writes, so nobody else knows that the backup ${id:0:8} was verified"
  log "the backup ${id:0:8} of etcd was restored apart from the cluster by $NAME: revision $(tag rev "$1"), $registry keys of Kubernetes"
}

# On loopback alone, and for who has a certificate of the cluster's: it has every Secret.
start_apart() {
  local pki=/etc/etcd/pki/etcd peer=https://127.0.0.1:$SCRATCH_PEER
  env -i PATH="$PATH" etcd --name "$NAME" --data-dir "$data" --listen-client-urls "$url" --advertise-client-urls "$url" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "$NAME=$peer" \
    --cert-file "$pki"/server.crt --key-file "$pki"/server.key --trusted-ca-file "$pki"/ca.crt --client-cert-auth \
    --peer-cert-file "$pki"/peer.crt --peer-key-file "$pki"/peer.key --peer-trusted-ca-file "$pki"/ca.crt --peer-client-cert-auth \
    >"$RECORDS/scratch/said" 2>&1 &
  pid=$!
}
