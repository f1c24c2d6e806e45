# Backups of etcd: what makes them on this member, and the timer that starts it.
# Reads: PROGRAMS PACKAGES ENVIRONMENT SFTP_KEY CLUSTER RESTIC_OPTIONS NAME EVERY VERIFY KEEP ETCD_PREFIX

readonly TIMER=keelson-etcd-backup.timer

up() {
  install_packages backup "${PACKAGES[@]}"
  install_programs
  # Others than root have something to read beside it.
  make_directory /etc/etcd
  (umask 077 && make_directory /etc/etcd/backup && mkdir -p "$STATE/backup")
  # An earlier release did not write it down.
  [ -e "$STATE/backup/place" ] || note_place
  base64 -d <<<"$ENVIRONMENT" | put /etc/etcd/backup/environment 0600
  if [ -n "$SFTP_KEY" ]; then base64 -d <<<"$SFTP_KEY" | put /etc/etcd/backup/key 0600; else remove_file /etc/etcd/backup/key; fi
  write_files
  forget_another_place
  # shellcheck disable=SC2016 # the arguments are those of the program
  program_of 'run_backup "$@"' | put /usr/local/lib/keelson/etcd-backup 0700
  note unit "$TIMER"
  systemctl enable --quiet --no-reload "$TIMER"
  systemctl daemon-reload
  # Its interval may be another one.
  systemctl restart "$TIMER"
}

place() { grep -shE '^(RESTIC_REPOSITORY=| *HostName )' /etc/etcd/backup/environment /etc/etcd/backup/ssh_config || true; }

note_place() {
  place >"$STATE/backup/place.new"
  mv -f "$STATE/backup/place.new" "$STATE/backup/place"
}

# In another place a repository may be one that has yet to begin.
forget_another_place() {
  [ "$(cat "$STATE/backup/place")" != "$(place)" ] || return 0
  rm -f "$STATE/backup/repository"
  note_place
}

# What was backed up stays where it is.
down() {
  systemctl disable --quiet --now "$TIMER" 2>/dev/null || true
  systemctl stop "${TIMER%.timer}.service" 2>/dev/null || true
  remove_file /usr/local/lib/keelson/etcd-backup
  remove_file /etc/etcd/backup/environment
  remove_file /etc/etcd/backup/key
  remove_files
  systemctl daemon-reload
  remove_programs
  remove_packages backup "${PACKAGES[@]}"
  rm -rf "$STATE/backup"
}
