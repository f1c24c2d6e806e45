# Snapshots of etcd, as this machine's own member has it: with etcdctl alone, so that clusters without etcd.backup have them too. They
# hold every Secret of the cluster, and nobody but root reads them.

readonly SNAPSHOTS=$STATE/snapshots

# snapshot_before RELEASE true|false: one in $SNAPSHOTS/before-RELEASE.db, of Kubernetes. Where RELEASE has begun to write, the one from before
# that is kept; otherwise work since is in a new one.
snapshot_before() {
  local file=$SNAPSHOTS/before-$1.db
  if [ "$2" = true ] && [ -e "$file" ] && snapshot_is_whole "$file"; then
    log "etcd: the snapshot from before $1 is kept: $file"
    return
  fi
  take_snapshot "$file"
  forget_snapshots "$file" 'before-[0-9]*.db'
  log "etcd: a snapshot from before $1 is in $file on $(hostname), $(stat -c %s "$file") bytes"
}

# take_snapshot FILE: it is whole when it is there under its name.
take_snapshot() {
  local file=$1 status size
  status=$(own_member endpoint status --write-out=fields --command-timeout=5s) ||
    die "$(hostname)'s member of etcd does not answer, so there is no snapshot of it: see systemctl status etcd there"
  # A learner may lack what the others have.
  ! grep -qx '"IsLearner" : true' <<<"$status" ||
    die "$(hostname)'s member of etcd is a learner, and may lack what the others have: take the snapshot on another one"
  size=$(sed -n 's/^"DBSize" : //p' <<<"$status")
  (umask 077 && mkdir -p "${file%/*}")
  chmod 0700 "${file%/*}"
  # What runs that were killed left.
  rm -f "$file".new*
  need_room "${file%/*}" "$size"
  (umask 077 && own_member snapshot save "$file.new" --command-timeout=600s >/dev/null 2>"$file.new.said") ||
    die "etcd's snapshot failed on $(hostname): $(tail -n 1 "$file.new.said")"
  snapshot_is_whole "$file.new" ||
    die "the snapshot that $(hostname)'s member of etcd gave is not whole: its digest is another one. See journalctl -u etcd there, and the disk"
  sync "$file.new"
  mv -f "$file.new" "$file"
  rm -f "$file.new.said"
}

# forget_snapshots FILE PATTERN: those of earlier upgrades, for FILE is whole.
forget_snapshots() { find "$SNAPSHOTS" -name "$2" ! -path "$1" -delete; }

# snapshot_is_whole FILE: etcd ends a snapshot with the sha256 of what is before it.
snapshot_is_whole() {
  [ "$(stat -c %s "$1")" -gt 32 ] &&
    [ "$(head -c -32 "$1" | sha256sum | cut -d ' ' -f 1)" = "$(tail -c 32 "$1" | od -An -v -tx1 | tr -d ' \n')" ]
}

# need_room DIRECTORY BYTES: a disk that is full stops what else is on it, etcd first. A tenth more is for what is written meanwhile.
need_room() {
  local free need=$(($2 * 11 / 10240 + 65536))
  free=$(df --output=avail -k "$1" | tail -n 1)
  [ "$free" -ge "$need" ] ||
    die "$1 on $(hostname) has $((free / 1024)) MiB left, and a snapshot of etcd needs $((need / 1024)) MiB: make room there, and run up again"
}
