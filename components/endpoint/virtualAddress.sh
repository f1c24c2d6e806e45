# The masters' common address is on this machine whenever it is the one to have it.
# Reads: CONFIG CONFIG_FILE ADDRESS ENDPOINT

up() {
  local interface
  interface=$(ip -o -4 address show to "$ADDRESS" | awk 'NR == 1 { print $2 }')
  [ -n "$interface" ] || die "no interface of $(hostname) has the address $ADDRESS: correct machines[].address"
  install_idle virtual-address keepalived.service keepalived
  printf '%s\n' "${CONFIG//@INTERFACE@/$interface}" | put "$CONFIG_FILE" 0644
  write_files
  run_unit keelson-virtual-address.service /etc/systemd/system/keelson-virtual-address.service /usr/sbin/keepalived
  reload_unit keelson-virtual-address.service "$CONFIG_FILE"
  wait_for 60 "the API at https://$ENDPOINT" answers || unit_failed keelson-virtual-address.service
  log "the API answers at https://$ENDPOINT"
}

answers() { curl -fsS --max-time 3 --cacert /etc/kubernetes/pki/ca.crt "https://$ENDPOINT/readyz"; }

down() {
  stop_unit keelson-virtual-address.service
  remove_files
  remove_file "$CONFIG_FILE"
  systemctl daemon-reload
  remove_idle virtual-address keepalived.service keepalived
}
