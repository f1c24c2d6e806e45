# Whether a master's API server takes kubelets only with certificates of the cluster's authority.
# Reads: MANIFESTS

readonly TRUST=--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt

trusts_kubelets() { grep -qxF -- "    - $TRUST" "$MANIFESTS/kube-apiserver.yaml"; }

# server_configuration: what kubeadm writes a master's manifests by. A server that is at work without the flag gets it from trust.sh.
server_configuration() {
  if [ ! -e "$MANIFESTS/kube-apiserver.yaml" ] || trusts_kubelets; then
    configuration
  else
    configuration | awk '
      held != "" { if ($0 != "      value: " value) print held; else { held = ""; next }; held = "" }
      $0 == "    - name: " name { held = $0; next }
      { print }' name=kubelet-certificate-authority value=/etc/kubernetes/pki/ca.crt
  fi
}
