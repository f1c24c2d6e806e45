# A certificate for the kubelet to serve with, before it restarts as one that serves with none of its own making: so that it is reached
# at every moment. Later ones it asks for itself.
# Reads: NODE ADDRESS KUBELET_CONFIG

readonly SERVING=/var/lib/kubelet/pki/kubelet-server-current.pem

ask_for_certificate() {
  local new=/var/lib/kubelet/pki/.keelson-new
  [ -n "${in_turn:-}" ] && grep -qx 'serverTLSBootstrap: true' <<<"$KUBELET_CONFIG" && [ ! -s "$SERVING" ] || return 0
  request_certificate 90 "$new" kubelet-serving server "DNS:$NODE,IP:$ADDRESS"
  put_current "$SERVING" "$new"
}
