# A certificate for the kubelet to serve with, before it restarts as one that serves with none of its own making: so that it is reached
# at every moment. Later ones it asks for itself.
# Reads: NODE ADDRESS KUBELET_CONFIG

readonly SERVING=/var/lib/kubelet/pki/kubelet-server-current.pem

ask_for_certificate() {
  local scratch request
  [ -n "${in_turn:-}" ] && grep -qx 'serverTLSBootstrap: true' <<<"$KUBELET_CONFIG" && [ ! -s "$SERVING" ] || return 0
  scratch=/run/keelson/$SCRIPT-serving
  rm -rf "$scratch"
  (umask 077 && mkdir -p "$scratch")
  openssl ecparam -name prime256v1 -genkey -noout -out "$scratch/key"
  request=$(openssl req -new -key "$scratch/key" -subj "/O=system:nodes/CN=system:node:$NODE" \
    -addext "subjectAltName=DNS:$NODE,IP:$ADDRESS" | base64 -w 0)
  name=keelson-serving-$NODE-$EPOCHSECONDS
  as_node create -f - >&2 <<REQUEST || die "the API takes no certificate request of the node $NODE, whose kubelet goes on as it is"
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: { name: $name }
spec:
  signerName: kubernetes.io/kubelet-serving
  usages: [digital signature, server auth]
  request: $request
REQUEST
  wait_for 90 "the certificate of $NODE's kubelet to be approved and signed" is_signed "$name" "$scratch/pem" ||
    die "the certificate that $NODE's kubelet is to serve with was not approved, and the kubelet goes on as it is:" \
      "see journalctl -u keelson-approver on the masters, and kubectl get csr $name"
  cat "$scratch/key" >>"$scratch/pem"
  put_serving "$scratch/pem"
  rm -rf "$scratch"
}

is_signed() {
  local certificate
  certificate=$(as_node get certificatesigningrequest "$1" -o 'jsonpath={.status.certificate}') && [ -n "$certificate" ] &&
    base64 -d <<<"$certificate" >"$2"
}

# As the kubelet itself does: it removes what is older.
put_serving() {
  local file
  file=/var/lib/kubelet/pki/kubelet-server-$(date +%Y-%m-%d-%H-%M-%S).pem
  install -D -m 0600 "$1" "$file"
  ln -sfn "$file" "$SERVING.new"
  mv -fT "$SERVING.new" "$SERVING"
}

as_node() { kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout 10s "$@"; }
