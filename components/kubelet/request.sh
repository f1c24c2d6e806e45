# A certificate of the cluster's for a kubelet, asked for as it does itself before one ends: by the node's own rights, in its own name.
# Reads: NODE

# request_certificate SECONDS NEW SIGNER USAGE [NAMES]: waits so long for NEW.crt, whose key is NEW.key.
request_certificate() {
  local seconds=$1 new=$2 usage=$4 request
  (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$new.key")
  request=$(openssl req -new -key "$new.key" -config <(long_names) -subj "/O=system:nodes/CN=system:node:$NODE" ${5:+-addext "subjectAltName=$5"} | base64 -w 0)
  request=$(
    as_node create -o name -f - <<REQUEST
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  generateName: node-csr-keelson-
spec:
  request: $request
  signerName: kubernetes.io/$3
  usages: [digital signature, $usage auth]
REQUEST
  ) || die "the API refused the certificate request of node $NODE, whose kubelet keeps its certificate: the API's answer is above"
  wait_for "$seconds" "the $usage certificate of $NODE's kubelet to be approved and signed" is_signed "$request" "$new.crt" ||
    die "the kubelet of $NODE got no $usage certificate, and keeps the one that it has: see kubectl describe $request, the controller managers' logs, and" \
      "journalctl -u keelson-approver on the masters"
}

# OpenSSL takes 64 characters by itself, and a node may have a name of 63.
long_names() { printf '%s\n' 'openssl_conf = all' '[all]' 'stbl_section = texts' '[texts]' 'commonName = min:1,max:256' '[req]' 'distinguished_name = name' '[name]'; }

is_signed() { as_node get "$1" -o 'jsonpath={.status.certificate}' | base64 -d >"$2" && [ -s "$2" ]; }

as_node() { kubectl "$@" --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout 10s; }

# put_current FILE NEW: under a name such as the kubelet's own, where its link leads. The kubelet itself removes what is older.
put_current() {
  local file=${1/current/$(date +%Y-%m-%d-%H-%M-%S)}
  (umask 077 && cat "$2.crt" "$2.key" >"$file")
  ln -sfn "$file" "$1.keelson"
  mv -fT "$1.keelson" "$1"
  rm -f "$2.key" "$2.crt"
}
