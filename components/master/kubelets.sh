# Whether a master's API server takes kubelets only with certificates of the cluster's authority.
# Reads: MANIFESTS

readonly TRUST=--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt

trusts_kubelets() { has_trust "$MANIFESTS/kube-apiserver.yaml"; }

has_trust() { grep -qsxF -- "    - $TRUST" "$1"; }

# server_configuration: what kubeadm writes a master's manifests by. A server that is at work without the flag gets it from kubelet-trust.sh;
# one that was well with it gets it back where somebody took it out.
server_configuration() {
  if [ ! -e "$MANIFESTS/kube-apiserver.yaml" ] || trusts_kubelets || has_trust "$STATE/manifests/kube-apiserver.yaml"; then
    configuration
  else
    configuration | awk '
      held != "" { if ($0 != "      value: " value) print held; else { held = ""; next }; held = "" }
      $0 == "    - name: " name { held = $0; next }
      { print }' name=kubelet-certificate-authority value=/etc/kubernetes/pki/ca.crt
  fi
}

# The line where kubeadm would write it: flags are in the order of their names.
add_flag() {
  local file
  file=$(mktemp -d)
  awk -v flag="    - $TRUST" '
    !done && /^    - --/ && $0 > flag { print flag; done = 1 }
    { print }' "$MANIFESTS/kube-apiserver.yaml" >"$file/kube-apiserver.yaml"
  rewritten+="kube-apiserver "
  put_manifest "$file/kube-apiserver.yaml"
  rm -rf "$file"
}
