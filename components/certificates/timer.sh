# A timer that renews a master's certificates when nobody has for long: what up does, without its secrets.
# Reads: LAST_CALL PKI TIMER

readonly TIMER_UNIT=keelson-certificates.timer
readonly TIMER_PROGRAM=/usr/local/lib/keelson/renew-certificates

set_timer() {
  if [ "$TIMER" != true ]; then
    drop_timer
    return
  fi
  program_of "by_timer" | put "$TIMER_PROGRAM" 0700
  note unit "$TIMER_UNIT"
  systemctl enable --quiet --no-reload "$TIMER_UNIT"
  systemctl daemon-reload
  # Its hour may be another one.
  systemctl restart "$TIMER_UNIT"
}

drop_timer() {
  [ -e "/etc/systemd/system/$TIMER_UNIT" ] || return 0
  systemctl disable --quiet --now "$TIMER_UNIT" 2>/dev/null || true
  remove_file "/etc/systemd/system/$TIMER_UNIT"
  remove_file "/etc/systemd/system/${TIMER_UNIT%.timer}.service"
  remove_file "$TIMER_PROGRAM"
  systemctl daemon-reload
}

# What the timer starts. Whoever is at work here meanwhile, with up, is waited for.
by_timer() {
  local lock file deadline=$((EPOCHSECONDS + LAST_CALL))
  (umask 077 && mkdir -p /run/keelson)
  exec {lock}>"/run/keelson/$SCRIPT.lock"
  flock -w 900 "$lock" || die "timed out after 900 s: $SCRIPT still runs on $(hostname), and certificates were not checked"
  renew_certificates
  begin_again
  restart_renewed
  # Their authority's key is in the stack's state alone.
  for file in "$PKI/apiserver-etcd-client.crt" /etc/etcd/pki/etcd/{server,peer,healthcheck-client}.crt; do
    if [ ! -s "$file" ] || [ "$(ends_at "$file")" -ge "$deadline" ]; then continue; fi
    # systemd takes what a line begins with for its priority: a warning.
    printf '<4>%s of %s ends on %s, and only pulumi up can renew it: the cluster ends then\n' "$file" "$(hostname)" \
      "$(date -u -d "@$(ends_at "$file")" +%Y-%m-%d)"
  done
}
