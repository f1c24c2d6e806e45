# A node's own way to the API: a proxy on loopback that knows the masters and asks for their health.
# Reads: CONFIG_FILE

up() {
  install_idle api-proxy haproxy.service haproxy
  write_files
  run_unit keelson-api-proxy.service /etc/systemd/system/keelson-api-proxy.service /usr/sbin/haproxy
  # Connections that are open outlive a change of the masters.
  reload_unit keelson-api-proxy.service "$CONFIG_FILE"
  log "the node reaches the API by its proxy"
}

down() {
  stop_unit keelson-api-proxy.service
  remove_files
  systemctl daemon-reload
  remove_idle api-proxy haproxy.service haproxy
}
