# A master whose API server is about to restart lets another master have the common address first: who asks there meets no gap.
# Reads: VIRTUAL_ADDRESS

# The check by which keepalived gives the address away looks at it, and heeds none that is older than five minutes.
readonly YIELDS=/run/keelson/yields-address

yield_address() {
  has_address && another_is_ready || return 0
  mkdir -p "${YIELDS%/*}"
  touch "$YIELDS"
  wait_for 15 "another master to have the address $VIRTUAL_ADDRESS" address_is_gone || true
}

keep_address() { rm -f "$YIELDS"; }

has_address() { [ -n "$VIRTUAL_ADDRESS" ] && [ -n "$(ip -o -4 address show to "$VIRTUAL_ADDRESS")" ]; }

address_is_gone() { ! has_address; }

# Others are known by the Service that leads to all API servers.
another_is_ready() {
  local server
  while read -r server; do
    [ -z "$(ip -o -4 address show to "${server%:*}")" ] || continue
    ! curl -fsS --max-time 3 --cacert /etc/kubernetes/pki/ca.crt "https://$server/readyz" >/dev/null 2>&1 || return 0
  done < <(api_servers 2>/dev/null)
  return 1
}
