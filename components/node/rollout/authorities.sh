# A node's kubelet trusts the authorities that the cluster has, and is known by a certificate of the one that issues. It reads both when
# it starts.
# Reads: NODE CA_CRT KUBECONFIG KUBELET_CONFIG_FILE

readonly CA=/etc/kubernetes/pki/ca.crt
readonly CLIENT=/var/lib/kubelet/pki/kubelet-client-current.pem
readonly SERVING=/var/lib/kubelet/pki/kubelet-server-current.pem

authorities_differ() {
  is_unread "$CA" || ! same_text "$CA" <(base64 -d <<<"$CA_CRT") || ! trusts "$KUBECONFIG" "$CA" || ! is_of "$CLIENT" "$CA" || serves_otherwise
}

# serves_otherwise: with a certificate of the cluster's that another authority than the one that issues has signed.
serves_otherwise() { [ -s "$SERVING" ] && grep -qsx 'serverTLSBootstrap: true' "$KUBELET_CONFIG_FILE" && ! is_of "$SERVING" "$CA"; }

# follow_authorities: pods go on meanwhile.
follow_authorities() {
  authorities_differ || return 0
  let_read_anew
  base64 -d <<<"$CA_CRT" | replace_whole "$CA" 0644
  let_kubelet_trust "$CA"
  is_of "$CLIENT" "$CA" || renew "$CLIENT" kube-apiserver-client-kubelet client
  # Before it restarts, so that it is reached at every moment.
  ! serves_otherwise || renew "$SERVING" kubelet-serving server "$(names_in "$SERVING")"
  log "restarting the kubelet of $NODE: its authorities or its certificate changed"
  systemctl restart kubelet.service
  wait_for 60 "the kubelet to be healthy" curl -fsS --max-time 2 http://127.0.0.1:10248/healthz || node_failed
  note_read "$CA"
}

# names_in CERTIFICATE: as a request for another one has them.
names_in() { openssl x509 -in "$1" -noout -ext subjectAltName | sed -n 's/IP Address:/IP:/g; s/ //g; /:/{/X509/!p}'; }

# renew FILE SIGNER USAGE [NAMES]: another certificate in its place, of the authority that issues.
renew() {
  local file=$1 new=/var/lib/kubelet/pki/.keelson-new
  shift
  request_certificate 120 "$new" "$@"
  { is_pair "$new" && is_of "$new.crt" "$CA"; } ||
    die "the certificate that was signed for the kubelet of $NODE is of another authority than the one that issues: run up again"
  put_current "$file" "$new"
}
