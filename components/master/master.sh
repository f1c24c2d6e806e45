# The first master: kubeadm init, again and again until it holds.
# Reads: KUBEADM_CONFIG CERTIFICATE_CONFIG ETCD_CA_CRT ETCD_CA_KEY CRI_SOCKET ENDPOINT IGNORED_CHECKS

readonly MANIFESTS=/etc/kubernetes/manifests
readonly LOG=/var/log/keelson-kubeadm.log

up() {
  set_foreign_manifests_aside
  etcd_certificates kubeadm /etc/kubernetes/pki apiserver-etcd-client
  initialise
  wait_for 120 "the API server to be ready" api_ready || die "the API server does not answer at https://$ENDPOINT/readyz; see crictl logs or docker logs of kube-apiserver on $(hostname)"
  # The first pods need it, and the controller that makes it takes a moment.
  wait_for 60 "the service account of the default namespace" account_exists
  log "the API answers at https://$ENDPOINT"
}

# Static pods that lie there before the first init are nobody's we know: they would run beside ours.
set_foreign_manifests_aside() {
  local backup file
  [ ! -e "$STATE/master" ] || return 0
  for file in "$MANIFESTS"/*; do
    [ -e "$file" ] || continue
    backup=${backup:-/etc/kubernetes/manifests.backup-$(date +%Y%m%d-%H%M%S)}
    mkdir -p "$backup"
    mv "$file" "$backup/"
    log "moved $file to $backup/: it is not of this cluster"
  done
  touch "$STATE/master"
}

# kubeadm's phases keep what is right and write what is not, so init itself is what converges; its checks for a
# machine that was never initialised are the ones that a second run is bound to fail.
initialise() {
  local ports=Port-${ENDPOINT##*:},Port-10250,Port-10257,Port-10259
  local files=FileAvailable--etc-kubernetes-manifests-kube-apiserver.yaml,FileAvailable--etc-kubernetes-manifests-kube-controller-manager.yaml,FileAvailable--etc-kubernetes-manifests-kube-scheduler.yaml
  (umask 077 && : >"$LOG")
  kubeadm init --config /dev/stdin --skip-token-print --skip-certificate-key-print \
    --ignore-preflight-errors "$ports,$files$IGNORED_CHECKS" <<<"$KUBEADM_CONFIG" >"$LOG" 2>&1 || init_failed
}

init_failed() {
  grep -vE 'token|certificate-key' "$LOG" | tail -n 25 >&2
  journalctl --no-pager --lines=10 --unit=kubelet.service >&2 || true
  die "kubeadm init failed on $(hostname): its last lines, and the kubelet's, are above"
}

api_ready() { curl -fsS --max-time 3 --cacert /etc/kubernetes/pki/ca.crt "https://$ENDPOINT/readyz"; }

account_exists() { kubectl --kubeconfig /etc/kubernetes/admin.conf get serviceaccount default --request-timeout 3s; }

down() {
  leave_cluster
  rm -f "$STATE/master" "$LOG"
}
