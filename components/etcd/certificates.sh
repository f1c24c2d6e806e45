# Certificates of etcd's authority, by kubeadm's own phases.
# Reads: CERTIFICATE_CONFIG ETCD_CA_CRT ETCD_ISSUER_CRT ETCD_CA_KEY

# etcd_certificates KUBEADM DIRECTORY NAME...: signs those that are missing, of another authority or address, or to be renewed. What
# reads them goes on with those before until each new one is there whole.
# The authority's key is on this machine only while it signs, and in memory: a machine that loses its power has lost it.
etcd_certificates() {
  local kubeadm=$1 directory=$2 name path new=$2/new key=/run/keelson/$SCRIPT-authority.key issuer=/run/keelson/$SCRIPT-issuer.crt
  shift 2
  make_directory "$directory/etcd"
  base64 -d <<<"$ETCD_CA_CRT" | put "$directory/etcd/ca.crt" 0644
  base64 -d <<<"$ETCD_ISSUER_CRT" >"$issuer"
  for name; do
    path=$(certificate_path "$directory" "$name")
    note present "$path.crt"
    note present "$path.key"
    ! { is_current "$path" "$issuer" && is_for_address "$name" "$path.crt"; } || continue
    [ ! -s "$path.crt" ] || log "$path.crt is issued again"
    trap 'rm -rf '"$key $new" EXIT
    rm -rf "$new"
    (umask 077 && mkdir -p "$new/etcd" && base64 -d <<<"$ETCD_CA_KEY" >"$key")
    ln -s "$key" "$new/etcd/ca.key"
    cp "$issuer" "$new/etcd/ca.crt"
    issue "$kubeadm" init phase certs "$name" --config /dev/stdin <<<"$(issuing_in "$new" "$CERTIFICATE_CONFIG")"
    give_certificate "$(certificate_path "$new" "$name")"
    put_pair "$(certificate_path "$new" "$name")" "$path"
  done
  # And what runs that were killed left of it.
  rm -rf "$key" "$issuer" "$new" "$directory/etcd/ca.key"
}

# is_for_address NAME CERTIFICATE: what a member serves with is good for its address. One that was lost may come back at another.
is_for_address() {
  local address
  address=$(sed -n 's/^ *advertiseAddress: //p' <<<"$CERTIFICATE_CONFIG")
  case $1 in
  etcd-server | etcd-peer) [ -z "$address" ] || has_names "$2" "$address" ;;
  esac
}

# give_certificate PATH: root reads it, and needs nothing. Where somebody else does, user.sh has another.
give_certificate() { :; }

certificate_path() {
  case $2 in
  etcd-*) printf '%s/etcd/%s\n' "$1" "${2#etcd-}" ;;
  *) printf '%s/%s\n' "$1" "$2" ;;
  esac
}
