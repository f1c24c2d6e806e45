# The masters' common address is on this machine whenever it is the one to have it.
# Reads: CONFIG CONFIG_FILE ADDRESS ENDPOINT OTHERS

up() {
  local interface
  interface=$(ip -o -4 address show to "$ADDRESS" | awk 'NR == 1 { print $2 }')
  [ -n "$interface" ] || die "no interface of $(hostname) has the address $ADDRESS: correct machines[].address"
  is_given || ! is_taken ||
    die "${ENDPOINT%:*} is to be the masters' common address, and a machine with the link address $taken has it, as $(hostname) sees:" \
      "set kubernetes.virtualAddress to an address that is free"
  install_idle virtual-address keepalived.service keepalived
  printf '%s\n' "${CONFIG//@INTERFACE@/$interface}" | put "$CONFIG_FILE" 0644
  write_files
  run_unit keelson-virtual-address.service /etc/systemd/system/keelson-virtual-address.service /usr/sbin/keepalived
  reload_unit keelson-virtual-address.service "$CONFIG_FILE"
  wait_for 60 "the API at https://$ENDPOINT" answers || unit_failed keelson-virtual-address.service
  log "the API answers at https://$ENDPOINT"
}

answers() { curl -fsS --max-time 3 --cacert /etc/kubernetes/pki/ca.crt "https://$ENDPOINT/readyz"; }

# is_given: keepalived knew the address before, and whoever has it is a master.
is_given() { grep -qsF " ${ENDPOINT%:*}/32" "$CONFIG_FILE"; }

# is_taken: somebody answers for the address who is no master. Without this question keepalived would take it from them.
is_taken() {
  local master
  ! answers >/dev/null 2>&1 || return 1
  taken=$(link_address "${ENDPOINT%:*}")
  [ -n "$taken" ] || return 1
  for master in "${OTHERS[@]}"; do [ "$(link_address "$master")" != "$taken" ] || return 1; done
}

# link_address ADDRESS: of whoever answers for it; whatever is sent there asks for that first, where nothing is known of before.
link_address() {
  ip -4 neigh flush to "$1" 2>/dev/null || true
  timeout 1 bash -c ": <>/dev/tcp/$1/${ENDPOINT##*:}" 2>/dev/null || true
  ip -4 neigh show to "$1" | sed -n 's/.* lladdr \([^ ]*\) .*/\1/p'
}

down() {
  stop_unit keelson-virtual-address.service
  remove_files
  remove_file "$CONFIG_FILE"
  systemctl daemon-reload
  remove_idle virtual-address keepalived.service keepalived
}
