# What the timer starts: one backup for each interval, by whichever member is there, and the newest one verified when that is due.
# Reads: NAME EVERY VERIFY KEEP CLUSTER ETCD_PREFIX RECORDS TOGETHER ALONE

readonly BACKUP_PROGRAM=/usr/local/lib/keelson/etcd-backup

# run_backup HOW: "timer" makes one where it is time, "now" makes one in any case, "verify" verifies the newest in any case. They are the
# same program under the lock that etcd keeps, with "locked" before HOW, or "alone" where there is no quorum to keep it.
run_backup() {
  local lock status=0 said=$RECORDS/said
  if [ "$1" = locked ] || [ "$1" = alone ]; then
    back_up "$2" "$1"
    return
  fi
  mkdir -p /run/keelson "$RECORDS"
  chmod 0700 /run/keelson "$RECORDS"
  exec {lock}>/run/keelson/etcd-backup.lock
  flock -w 3600 "$lock" || die "timed out after 3600 s: another backup of etcd still runs on $(hostname), see ps -ef --forest there"
  printf '%s %s\n' "$EVERY" "$VERIFY" >"$RECORDS/due"
  case $(health_of "$(member_url)" 5) in
  well) own_member lock --ttl=60 keelson/backup -- /bin/bash "$BACKUP_PROGRAM" locked "$1" 2>"$said" || status=$? ;;
  full)
    # The lock would be a write. What is read is what all have, and who comes later sees the backup.
    log "etcd is full (alarm NOSPACE): $(hostname) makes the backup without a lock. See \"When etcd is full\" in docs/operations.md"
    /bin/bash "$BACKUP_PROGRAM" locked "$1" 2>"$said" || status=$?
    ;;
  *)
    # Without a quorum nobody gives the lock, and what this member has may be all that there is.
    log "etcd has no quorum: $(hostname) makes the backup without asking the others"
    /bin/bash "$BACKUP_PROGRAM" alone "$1" 2>"$said" || status=$?
    ;;
  esac
  cat "$said" >&2
  if [ "$status" = 0 ]; then
    rm -f "$RECORDS/failed" "$said"
  else
    note_failure "$(grep '^error: ' "$said" | tail -n 1 | cut -d ' ' -f 2-)"
    exit "$status"
  fi
}

# back_up HOW locked|alone
back_up() {
  local list newest last age
  # What a run that was killed left: it may be a whole cluster's Secrets.
  rm -rf "$RECORDS/scratch"
  trap 'rm -rf "$RECORDS/scratch"' EXIT
  open_repository
  # shellcheck disable=SC2119 # of all of them
  list=$(backups) || die "$(hostname) cannot list the backups of etcd: $(restic_said)"
  newest=$(newest_of <<<"$list")
  last=$(made_together <<<"$list" | tail -n 1)
  age=${last%% *}
  age=$((EPOCHSECONDS - ${age:-0}))
  # No member has made any meanwhile, and none could tell.
  [ -z "$last" ] || [ "$age" -le $((2 * EVERY + 600)) ] ||
    tell_event EtcdBackupLate "etcd had no backup for $((age / 3600)) hours, and one is due every $((EVERY / 60)) minutes"
  # One of a time that is yet to come is of a clock that was ahead, and says nothing.
  if [ "$1" = now ] || { [ "$1" = timer ] && [ "${age#-}" -ge $((EVERY / 2)) ]; }; then
    make_backup "$2"
    newest=$(newest_backup)
  fi
  [ -n "$newest" ] || die "there is no backup of etcd yet"
  note_newest newest "$newest"
  if [ "$1" = verify ] || [ $((EPOCHSECONDS - $(verified_at))) -ge "$VERIFY" ]; then verify "$newest"; fi
  note_verified
}

# A share that is not mounted is an empty directory, in which a repository could be made as well.
open_repository() {
  local id known=$RECORDS/repository
  if ! id=$(repository_id); then
    [ ! -e "$known" ] ||
      die "the repository of etcd's backups cannot be opened from $(hostname), where it could before: see whether its share is mounted, its server answers, and the password is the one it was made with. Where another one is meant to begin there, remove $known. $(restic_said)"
    { repository init >/dev/null && id=$(repository_id); } ||
      die "there is no repository for etcd's backups that $(hostname) can open, and none can be made: $(restic_said)"
  fi
  [ "$(cat "$known" 2>/dev/null || printf %s "$id")" = "$id" ] ||
    die "another repository is where etcd's backups were, seen from $(hostname): see whether its share is mounted. Where that is meant, remove $known there"
  printf '%s\n' "$id" >"$known"
}

repository_id() { repository cat config | grep -oE '"id": *"[0-9a-f]+"' | cut -d '"' -f 4; }

# make_backup locked|alone
make_backup() {
  local mark=$TOGETHER file=$RECORDS/scratch/etcd.db status revision registry canary began=$EPOCHREALTIME
  [ "$1" = locked ] || mark=$ALONE
  # Read again by whoever verifies it; without a quorum, the one before is.
  canary=$EPOCHREALTIME
  own_member put keelson/canary "$canary" --command-timeout=5s >/dev/null 2>&1 || canary=
  take_snapshot "$file"
  status=$(snapshot_status "$file") || die "etcdutl cannot read the snapshot that $(hostname)'s member gave"
  revision=$(number revision "$status")
  registry=$(count_registry "$(member_url)" "$revision") || die "$(hostname)'s member of etcd does not count its keys at revision $revision"
  repository backup --stdin --stdin-filename etcd.db --host "$CLUSTER" \
    --tag "$mark,rev=$revision,keys=$(number totalKey "$status"),hash=$(number hash "$status"),registry=$registry${canary:+,canary=$canary}" \
    <"$file" >/dev/null || die "the backup of etcd failed on $(hostname): $(restic_said)"
  log "etcd was backed up by $NAME: revision $revision, $registry keys of Kubernetes, $(stat -c %s "$file") bytes, in $(((${EPOCHREALTIME/./} - ${began/./}) / 1000)) ms"
  rm -f "$file"
  # What killed runs locked.
  repository unlock >/dev/null
  repository forget --host "$CLUSTER" --tag "$mark" --group-by host "${KEEP[@]}" >/dev/null ||
    die "old backups of etcd cannot be taken out from $(hostname), and the new one is there: $(restic_said)"
}

# count_registry URL REVISION: keys of Kubernetes that were there then, by what one member has.
count_registry() {
  etcd_ctl_at "$1" get "$ETCD_PREFIX/" --prefix --count-only --rev="$2" --consistency=s --write-out=fields --command-timeout=60s |
    sed -n 's/^"Count" : //p'
}

# note_newest FILE BACKUP: what this machine knows, for whoever asks it.
note_newest() {
  local seconds=${2%% *} rest=${2#* }
  printf '%s %s %s %s\n' "$seconds" "${rest%% *}" "$(tag rev "$2")" "$(tag registry "$2")" >"$RECORDS/$1.new"
  mv -f "$RECORDS/$1.new" "$RECORDS/$1"
}

# Of each repository, for members may have their own: etcd tells all of them.
verified_key() { printf 'keelson/verified/%s' "$(cat "$RECORDS/repository")"; }

verified_at() {
  local told
  told=$(own_member get "$(verified_key)" --print-value-only --consistency=s --command-timeout=5s 2>/dev/null) || true
  printf '%s' "${told%% *}" | grep -E '^[0-9]+$' || printf 0
}

note_verified() { printf '%s\n' "$(verified_at)" >"$RECORDS/verified"; }

# note_failure WORDS: in a file for the survey, and in the cluster.
note_failure() {
  local words=${1:-see journalctl -u keelson-etcd-backup on $(hostname)}
  printf '%s %s\n' "$EPOCHSECONDS" "$words" >"$RECORDS/failed"
  tell_event EtcdBackupFailed "$words"
}

# tell_event REASON WORDS: of this machine's node, where it is a master.
tell_event() {
  [ -e /etc/kubernetes/admin.conf ] || return 0
  kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 5s create -f - >/dev/null 2>&1 <<EVENT || true
apiVersion: v1
kind: Event
metadata: { namespace: default, generateName: etcd-backup- }
involvedObject: { apiVersion: v1, kind: Node, name: $NAME, uid: $NAME }
type: Warning
reason: $1
message: "$(tr -d '"\\\n\t' <<<"$2")"
source: { component: keelson, host: $NAME }
firstTimestamp: $(date -u +%Y-%m-%dT%H:%M:%SZ)
lastTimestamp: $(date -u +%Y-%m-%dT%H:%M:%SZ)
count: 1
EVENT
}
