# Where backups of etcd are, as a member reaches them: a repository of restic, which encrypts, and keeps what is the same once.
# Reads: CLUSTER RESTIC_OPTIONS

# The variables that restic reads, secrets among them: mode 0600, and on no command line.
readonly REPOSITORY=/etc/etcd/backup/environment
# What this member knows of its backups, and where it works on them: for root alone.
readonly RECORDS=$STATE/backup

# How long another's work on the repository is waited for, seconds: what takes something out, or checks all, locks everybody else out.
readonly LOCK_PATIENCE=600

# repository ARGUMENT...: restic, when nobody else has the repository locked.
repository() {
  local status until=$((SECONDS + LOCK_PATIENCE)) told=
  mkdir -p "$RECORDS"
  chmod 0700 "$RECORDS"
  while :; do
    status=0
    restic_as_told "$@" || status=$?
    # It has read and written nothing where it is locked out.
    if [ "$status" = 0 ] || ! is_locked || [ "$SECONDS" -ge "$until" ]; then return "$status"; fi
    [ -n "$told" ] || log "the repository of etcd's backups is in use, and waited for at most $LOCK_PATIENCE s: $(restic_said)"
    told=yes
    sleep 5
  done
}

is_locked() { grep -q 'already locked' "$RECORDS/restic"; }

# restic_as_told ARGUMENT...: restic, which alone has the secrets in its environment.
restic_as_told() (
  # What the machine has for backups of its own would be used in place of these.
  unset RESTIC_REPOSITORY_FILE RESTIC_PASSWORD_FILE RESTIC_PASSWORD_COMMAND AWS_SESSION_TOKEN
  set -a
  # shellcheck source=/dev/null
  . "$REPOSITORY"
  exec restic --quiet --no-cache "${RESTIC_OPTIONS[@]}" "$@" 2>"$RECORDS/restic"
)

# What restic said last of why it failed.
restic_said() { grep -m 1 -iE 'already locked|fatal|error' "$RECORDS/restic" || tail -n 1 "$RECORDS/restic"; }

# What a member made without a quorum may lack what the others have: it has another mark, so that it takes no other's place.
readonly TOGETHER=etcd ALONE=etcd-alone

# backups ID...: that one, or all of this cluster's: they are marked with its id, which no other cluster has, whatever their stacks are called.
# shellcheck disable=SC2120
backups() { backups_of "$CLUSTER" "$@"; }

# backups_of MARK ID...: a line for each that was marked so, the oldest first: SECONDS ID TAG...
backups_of() {
  local mark=$1 list line time id tags
  shift
  list=$(repository snapshots --json --host "$mark" --tag "$TOGETHER" --tag "$ALONE" "$@" | sed 's/},{/}\n{/g') || return
  while IFS= read -r line; do
    # restic goes by nothing else where it is told an id, and several clusters may have one place.
    [ "$(field hostname "$line")" = "$mark" ] || continue
    time=$(field time "$line")
    id=$(field id "$line")
    tags=$(grep -oE '"tags":\[[^]]*\]' <<<"$line" | sed 's/^"tags":\[//; s/[]"]//g; s/,/ /g') || continue
    [ -z "$id" ] || printf '%s %s %s\n' "$(date -d "$time" +%s)" "$id" "$tags"
  done <<<"$list" | sort -n
}

# shellcheck disable=SC2119 # of all of them
newest_backup() { backups | newest_of; }

# newest_of: of such lines, the one that knows most: what was made alone since counts where its revision is a higher one.
newest_of() {
  awk -v alone=" $ALONE( |\$)" '
    function rev() { return match($0, / rev=[0-9]+/) ? substr($0, RSTART + 5, RLENGTH - 5) + 0 : 0 }
    NF && ($0 !~ alone || rev() > highest) { newest = $0; highest = rev() }
    END { if (newest != "") print newest }'
}

# made_together: of such lines, those that were made under the lock that a quorum gives.
made_together() { awk -v alone=" $ALONE( |\$)" '$0 !~ alone'; }

# backup_bytes ID: of the snapshot in it.
backup_bytes() { repository stats --json --mode restore-size "$1" | grep -oE '"total_size":[0-9]+' | cut -d : -f 2; }

# field NAME OBJECT: of JSON, a text.
field() { grep -oE "\"$1\":\"[^\"]*\"" <<<"$2" | awk -F '"' 'NR == 1 { print $4 }' || true; }

# tag NAME BACKUP: a value that a backup was marked with.
tag() { grep -oE "(^| )$1=[^ ]*" <<<"$2" | cut -d = -f 2 || true; }

# backup_is_whole FILE BACKUP: its bytes have the digest at their end, and what etcdutl reads in them is what was read when it was made.
backup_is_whole() {
  local status
  snapshot_is_whole "$1" && status=$(snapshot_status "$1") || return
  [ "$(number hash "$status")" = "$(tag hash "$2")" ] && [ "$(number revision "$status")" = "$(tag rev "$2")" ]
}

snapshot_status() { "$ETCDUTL" snapshot status "$1" --write-out=json; }

number() { grep -oE "\"$1\":[0-9]+" <<<"$2" | cut -d : -f 2 || true; }

readonly ETCDUTL=/usr/local/lib/keelson/etcdutl
