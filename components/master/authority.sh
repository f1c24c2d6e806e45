# The cluster's certificate authorities and the administrator's kubeconfig, made once on one master and printed for
# the state: one line each, NAME and base64.
# Reads: KUBEADM_CONFIG

readonly PKI=/etc/kubernetes/pki

up() {
  local file
  make_directory /etc/kubernetes
  # A run that was cut off may have made them already: kubeadm keeps what is there and valid.
  for authority in ca front-proxy-ca sa; do
    kubeadm init phase certs "$authority" --config /dev/stdin <<<"$KUBEADM_CONFIG" >/dev/null
  done
  kubeadm init phase kubeconfig admin --config /dev/stdin <<<"$KUBEADM_CONFIG" >/dev/null
  for file in ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key sa.pub sa.key; do
    printf '%s %s\n' "$file" "$(base64 -w 0 <"$PKI/$file")"
  done
  printf 'admin.conf %s\n' "$(base64 -w 0 </etc/kubernetes/admin.conf)"
  printf 'ca-hash sha256:%s\n' "$(openssl x509 -in "$PKI/ca.crt" -pubkey -noout | openssl pkey -pubin -outform der | sha256sum | cut -d ' ' -f 1)"
}

down() {
  rm -rf "$PKI" /etc/kubernetes/admin.conf
  remove_empty /etc/kubernetes
}
