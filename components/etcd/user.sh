# The system user that a member of etcd runs as.
# Reads: ETCD_USER DIRECTORIES PKI

# Is there when this program made the user, or was about to.
readonly MADE_USER=$STATE/etcd-user

make_user() {
  [ "$ETCD_USER" = etcd ] || return 0
  if ! id -u etcd >/dev/null 2>&1; then
    mkdir -p "$STATE"
    touch "$MADE_USER"
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin etcd ||
      die "the system user etcd cannot be made on $(hostname): see /etc/passwd and /etc/group there, or set etcd.user to root"
  fi
  [ "$(id -gn etcd)" = etcd ] ||
    die "the user etcd of $(hostname) is not of a group etcd, and is somebody else's: rename it, or set etcd.user to root"
}

# give_certificate PATH: the member reads it at each connection, as who it runs now and from its next start on. Root reads all.
give_certificate() {
  case "$ETCD_USER ${1##*/}" in
  "etcd server" | "etcd peer") chown etcd:etcd "$1.crt" "$1.key" ;;
  esac
}

# let_user_in: to its data, and to its certificates, which an earlier release left to root.
let_user_in() {
  local directory pair
  [ "$ETCD_USER" = etcd ] || return 0
  # An earlier release made the first of them for root alone where backups came before.
  is_open "$PKI/etcd" || chmod go+x /etc/etcd "$PKI" "$PKI/etcd"
  for pair in server peer; do give_certificate "$PKI/etcd/$pair"; done
  for directory in "${DIRECTORIES[@]}"; do
    make_directory "$directory"
    # What lies in it is given to it when it starts.
    chown etcd:etcd "$directory"
    is_open "$directory" ||
      die "the user etcd cannot get to $directory on $(hostname): let others through the directories above it (chmod o+x), or set etcd.user to root"
  done
}

is_open() { runuser -u etcd -- test -x "$1"; }

remove_user() {
  [ -e "$MADE_USER" ] || return 0
  ! id -u etcd >/dev/null 2>&1 || userdel etcd >&2 || log "the system user etcd is left on $(hostname): something runs as it"
  rm -f "$MADE_USER"
}
