# On a master, when kubelets have taken their turns: its API server takes a kubelet only with a certificate of the cluster's authority. In
# a cluster of an earlier release the server is told so when every kubelet has one; before, it would reach none.
# Reads: NODES ENDPOINT VIRTUAL_ADDRESS

readonly PKI=/etc/kubernetes/pki
# shellcheck disable=SC2034 # manifests.sh reads it.
readonly MANIFESTS=/etc/kubernetes/manifests

up() {
  # shellcheck disable=SC2034 # manifests.sh reads it.
  local tried=
  wait_for 90 "every kubelet to serve with a certificate of the cluster's authority" all_serve ||
    die "the kubelets of ${unsigned[*]} serve with certificates that are not of the cluster's authority, and the API server of $(hostname) accepts them as before." \
      "See kubectl get csr, and journalctl -u keelson-approver on the masters; then run up again"
  if ! trusts_kubelets; then
    keep_found_manifests
    yield_address
    add_flag
  elif is_as_left file "$MANIFESTS/kube-apiserver.yaml"; then
    # A run that was cut off had not noted yet what it wrote.
    return
  fi
  wait_for 150 "kube-apiserver to be up on its manifest" settled kube-apiserver || true
  is_up kube-apiserver || manifests_failed kube-apiserver
  keep_address
  keep_manifests
  note_manifests
  log "the API server accepts only kubelets with a certificate of the cluster's authority"
}

# A node that does not answer is reached by nobody anyway.
all_serve() {
  local line status
  unsigned=()
  for line in "${NODES[@]}"; do
    status=0
    curl -sS -o /dev/null --max-time 5 --cacert "$PKI/ca.crt" "https://$(in_url "${line#* }"):10250/healthz" || status=$?
    case $status in
    35 | 51 | 58 | 60) unsigned+=("${line%% *}") ;;
    esac
  done
  [ "${#unsigned[@]}" = 0 ]
}

in_url() { if [[ $1 = *:* ]]; then printf '[%s]' "$1"; else printf '%s' "$1"; fi; }

down() { :; }
