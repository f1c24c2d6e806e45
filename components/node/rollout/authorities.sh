# A node's kubelet trusts the authorities that the cluster has, and is known by a certificate of the one that issues. It reads both when
# it starts.
# Reads: NODE CA_CRT KUBECONFIG

readonly CA=/etc/kubernetes/pki/ca.crt
readonly CLIENT=/var/lib/kubelet/pki/kubelet-client-current.pem

authorities_differ() {
  is_unread "$CA" || ! same_text "$CA" <(base64 -d <<<"$CA_CRT") || ! trusts "$KUBECONFIG" "$CA" || ! is_of "$CLIENT" "$CA"
}

# follow_authorities: pods go on meanwhile.
follow_authorities() {
  authorities_differ || return 0
  let_read_anew
  base64 -d <<<"$CA_CRT" | replace_whole "$CA" 0644
  let_kubelet_trust "$CA"
  is_of "$CLIENT" "$CA" || renew_client
  log "the kubelet of $NODE starts again: it trusts other authorities, or is known by another certificate"
  systemctl restart kubelet.service
  wait_for 60 "the kubelet to be healthy" curl -fsS --max-time 2 http://127.0.0.1:10248/healthz || node_failed
  note_read "$CA"
}

# renew_client: as the kubelet does by itself before its certificate ends. The cluster signs for a node that asks in its own name.
renew_client() {
  local new=/var/lib/kubelet/pki/.keelson-new request
  (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$new.key")
  request=$(openssl req -new -key "$new.key" -subj "/O=system:nodes/CN=system:node:$NODE" | base64 -w 0)
  request=$(
    kubectl create --request-timeout 10s -o name -f - <<REQUEST
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  generateName: node-csr-keelson-
spec:
  request: $request
  signerName: kubernetes.io/kube-apiserver-client-kubelet
  usages: [digital signature, client auth]
REQUEST
  ) || die "the API takes no request for another certificate of the kubelet of $NODE: its own words are above"
  wait_for 120 "the controller manager to sign the kubelet's certificate" is_signed "$request" "$new.crt" ||
    die "the kubelet of $NODE gets no certificate of the authority that issues: see kubectl describe $request, and the controller managers' logs"
  { is_pair "$new" && is_of "$new.crt" "$CA"; } ||
    die "the certificate that was signed for the kubelet of $NODE is of another authority than the one that issues: run up again"
  put_client "$new"
}

is_signed() {
  kubectl get "$1" --request-timeout 5s -o 'jsonpath={.status.certificate}' | base64 -d >"$2" && [ -s "$2" ]
}

# put_client NEW: under a name such as the kubelet's own, where its link leads.
put_client() {
  local file
  file=kubelet-client-$(date +%Y-%m-%d-%H-%M-%S).pem
  (umask 077 && cat "$1.crt" "$1.key" >"${CLIENT%/*}/$file")
  ln -sfn "${CLIENT%/*}/$file" "$CLIENT.keelson"
  mv -fT "$CLIENT.keelson" "$CLIENT"
  rm -f "$1.key" "$1.crt"
}
