# A certificate authority of etcd, made once; the first for the stack's life. Its certificate and key are printed for the state.
# Nothing stays here but the program that made them, which this machine's member needs as well.
# Reads: PROGRAMS CERTIFICATE_CONFIG DIRECTORY FOUNDERS MARK GENERATION

up() {
  # Members trust the one that they have alone; a run that was cut off had made no member of it yet.
  ! is_in_use ||
    die "the member of etcd on $(hostname) has its authority, which is made once: do not ask for another (--replace, pulumi state taint), and where the stack's state is lost, bring it back with pulumi stack import"
  install_programs
  # In memory, and gone with this script.
  trap 'rm -rf "$DIRECTORY"' EXIT
  rm -rf "$DIRECTORY"
  (umask 077 && mkdir -p "$DIRECTORY")
  /usr/local/lib/keelson/kubeadm init phase certs etcd-ca --config /dev/stdin <<<"$CERTIFICATE_CONFIG" >/dev/null
  # Whoever is a member later joins those that are here at the beginning.
  printf '%s %s\n' founders "$FOUNDERS" crt "$(base64 -w 0 <"$DIRECTORY/etcd/ca.crt")" key "$(base64 -w 0 <"$DIRECTORY/etcd/ca.key")"
}

is_in_use() {
  if [ "$GENERATION" = 1 ]; then has_had_data; else grep -qsw -- "$GENERATION" "$STATE/etcd-authorities"; fi
}

has_had_data() { [ -e "$MARK" ] || { [ -e "$STATE/etcd-data" ] && [ -d "$(head -n 1 "$STATE/etcd-data")/member" ]; }; }
