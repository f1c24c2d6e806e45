# The certificate authority of etcd, made once on one machine; its certificate and key are printed for the state.
# Reads: PROGRAMS CERTIFICATE_CONFIG

up() {
  local work=$STATE/etcd-authority
  install_programs
  mkdir -p "$work"
  chmod 0700 "$work"
  # A run that was cut off may have made it already: what other machines may hold must not change.
  certify etcd-ca
  printf '%s %s\n' crt "$(base64 -w 0 <"$work/etcd/ca.crt")" key "$(base64 -w 0 <"$work/etcd/ca.key")"
}

certify() {
  [ -e "$STATE/etcd-authority/etcd/ca.key" ] ||
    /usr/local/lib/keelson/kubeadm init phase certs "$1" --config /dev/stdin <<<"$CERTIFICATE_CONFIG" >/dev/null
}

down() {
  rm -rf "$STATE/etcd-authority"
}
