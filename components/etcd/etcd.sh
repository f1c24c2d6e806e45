# One etcd member under systemd, TLS for clients and peers.
# Reads: PROGRAMS CERTIFICATE_CONFIG DATA_DIR CLIENT_PORT ETCD_CA_CRT ETCD_CA_KEY

readonly PKI=/etc/etcd/pki

up() {
  refuse_foreign_data
  install_programs
  etcd_certificates /usr/local/lib/keelson/kubeadm "$PKI" etcd-server etcd-peer etcd-healthcheck-client
  make_directory "$DATA_DIR"
  chmod 0700 "$DATA_DIR"
  printf '%s\n' "$DATA_DIR" >"$STATE/etcd-data"
  write_files
  # A member is not ready before a majority is, so it is started here and its health awaited when all are started.
  run_etcd
  wait_for 60 "this etcd member to be healthy" healthy || unit_failed etcd.service
}

refuse_foreign_data() {
  [ "$(cat "$STATE/etcd-data" 2>/dev/null)" != "$DATA_DIR" ] || return 0
  [ -z "$(ls -A "$DATA_DIR" 2>/dev/null)" ] ||
    die "$DATA_DIR on $(hostname) has data of another etcd: move it away, or set etcd.dataDir to an empty directory"
}

run_etcd() {
  run_unit etcd.service /etc/systemd/system/etcd.service /usr/local/bin/etcd \
    "$PKI"/etcd/ca.crt "$PKI"/etcd/server.crt "$PKI"/etcd/peer.crt
}

healthy() {
  curl -fsS --max-time 2 --cacert "$PKI/etcd/ca.crt" --cert "$PKI/etcd/healthcheck-client.crt" \
    --key "$PKI/etcd/healthcheck-client.key" "https://127.0.0.1:$CLIENT_PORT/readyz"
}

down() {
  stop_unit etcd.service
  # Only what this program put there goes: the record names the directory it found empty.
  [ ! -e "$STATE/etcd-data" ] || find "$(cat "$STATE/etcd-data")" -mindepth 1 -delete
  rm -f "$STATE/etcd-data"
  remove_programs
  rm -rf "$PKI/etcd"
  remove_empty "$PKI"
  remove_empty "$DATA_DIR"
  remove_files
  systemctl daemon-reload
}
