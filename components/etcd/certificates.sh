# Certificates of etcd's authority, by kubeadm's own phases.
# Reads: CERTIFICATE_CONFIG ETCD_CA_CRT ETCD_CA_KEY

# etcd_certificates KUBEADM DIRECTORY NAME...: signs those that are missing, of another authority, or near their end.
# The authority's key is on this machine only while it signs, and in memory: a machine that loses its power has lost it.
etcd_certificates() {
  local kubeadm=$1 directory=$2 name path key=/run/keelson/$SCRIPT-authority.key
  shift 2
  make_directory "$directory/etcd"
  base64 -d <<<"$ETCD_CA_CRT" | put "$directory/etcd/ca.crt" 0644
  for name; do
    path=$(certificate_path "$directory" "$name")
    if ! openssl_verifies "$directory/etcd/ca.crt" "$path.crt"; then
      rm -f "$path.crt" "$path.key"
      trap 'rm -f '"$key $directory"'/etcd/ca.key' EXIT
      rm -f "$directory/etcd/ca.key"
      (umask 077 && base64 -d <<<"$ETCD_CA_KEY" >"$key")
      ln -s "$key" "$directory/etcd/ca.key"
      "$kubeadm" init phase certs "$name" --config /dev/stdin <<<"$CERTIFICATE_CONFIG" >/dev/null
    fi
  done
  # And what runs that were killed left of it.
  rm -f "$key" "$directory/etcd/ca.key" "$directory"/etcd/ca.key.??????
}

certificate_path() {
  case $2 in
  etcd-*) printf '%s/etcd/%s\n' "$1" "${2#etcd-}" ;;
  *) printf '%s/%s\n' "$1" "$2" ;;
  esac
}

# 30 days: time for an administrator to run the program again.
openssl_verifies() {
  [ -e "$2" ] && openssl verify -CAfile "$1" "$2" >/dev/null 2>&1 &&
    openssl x509 -in "$2" -noout -checkend $((30 * 24 * 3600)) >/dev/null
}
