# A master: kubeadm init with the cluster's own authorities, again and again until it holds. Every master is made like
# the first, so that none is more than the others.
# Reads: KUBEADM_CONFIG CERTIFICATE_CONFIG CERTIFICATE_NAMES AUTHORITY ETCD_CA_CRT ETCD_ISSUER_CRT ETCD_CA_KEY CRI_SOCKET ENDPOINT IGNORED_CHECKS
# Reads: COREDNS_IMAGE PROXY KUBELET_CONFIG_FILE NODE TAINTS TAKES_PODS FILES_DIRECTORY FILES TIMER
# Reads: GOOD_UNTIL LAST_CALL VALIDITY VIRTUAL_ADDRESS AUDIT AUTHORITIES ENCRYPTION ENCRYPTION_KEYS PROVIDERS ETCD_ENDPOINTS ETCD_PREFIX
# Runs again for: POD_SECURITY

readonly PKI=/etc/kubernetes/pki
readonly MANIFESTS=/etc/kubernetes/manifests
readonly LOG=/var/log/keelson-kubeadm.log
readonly ADMIN=/etc/kubernetes/admin.conf
readonly AUDIT_LOGS=/var/log/kubernetes/audit
# Names of files that servers may have read while somebody else's text was in them.
readonly FOREIGN=$STATE/foreign-files
readonly CONFIGURED=(configmap/kubeadm-config configmap/kubelet-config service/kube-dns rolebinding/kube-proxy)

up() {
  local before file
  set_foreign_manifests_aside
  install_authority
  etcd_certificates kubeadm "$PKI" apiserver-etcd-client
  renew_certificates
  forget_node
  let_kubelet_trust "$PKI/ca.crt"
  begin_again
  # Where the authorities are others, all servers start anew, each when its manifest says so: they could not start on half of it.
  [ "$(authorities_of_manifest)" != "$AUTHORITIES" ] || restart_renewed
  # shellcheck disable=SC2153
  for file in "${FILES[@]}"; do is_as_left file "$file" || printf '%s\n' "$file" >>"$FOREIGN"; done
  write_files
  # What is in there says who did what.
  [ "$AUDIT" != true ] || (umask 077 && make_directory "$AUDIT_LOGS")
  let_read
  set_timer
  ! has_joined || bring_manifests_back
  keep_found_manifests
  change_manifests
  restart_readers
  grep -qs '^issuer.crt ' <<<"$AUTHORITY" || remove_file "$PKI/issuer.crt"
  before=$(server_settings)
  initialise
  # A new node has it of kubeadm, with the first of them alone.
  let_kubelet_trust "$PKI/ca.crt"
  # kubeadm makes it for the first minutes of a cluster: a certificate that cannot be taken back, of the group that may do all.
  rm -f /etc/kubernetes/super-admin.conf
  # Until the kubelet has seen new settings, it is the old server that answers.
  [ "$before" = "$(server_settings)" ] || wait_for 60 "the API server to start" api_started ||
    die "the API server of $(hostname) does not start on its settings: see crictl logs or docker logs of kube-apiserver there"
  wait_for 120 "the API server to be ready" api_ready "$ENDPOINT" || die "the API server does not answer at https://$ENDPOINT/readyz; see crictl logs or docker logs of kube-apiserver on $(hostname)"
  # The first pods need it, and the controller that makes it takes a moment.
  wait_for 60 "the service account of the default namespace" account_exists
  [ "$TAKES_PODS" != true ] || let_pods_in
  keep_manifests
  note_manifests
  note_issued
  # shellcheck disable=SC2153
  remove_other_files "${FILES[@]}"
  [ -n "$ENCRYPTION" ] || forget_providers
  log "the API answers at https://$ENDPOINT"
  tell_ends "$PKI"/{ca,front-proxy-ca,apiserver,apiserver-kubelet-client,apiserver-etcd-client,front-proxy-client}.crt
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

install_authority() {
  local file content
  # What is in use anywhere is not made again.
  printf '%s\n' "${AUTHORITIES//+/ }" >"$STATE/authorities"
  while read -r file content; do
    case $file in
    *.key) base64 -d <<<"$content" | put "$PKI/$file" 0600 ;;
    ca.crt) put_authority "$content" ;;
    *.crt | *.pub) base64 -d <<<"$content" | put "$PKI/$file" 0644 ;;
    esac
  done <<<"$AUTHORITY"
}

put_authority() {
  same_text "$PKI/ca.crt" <(base64 -d <<<"$1") 2>/dev/null || keep_read "$PKI/ca.crt"
  base64 -d <<<"$1" | put "$PKI/ca.crt" 0644
}

# authorities_of_manifest: those that the API server was last told to start on; the first are not told.
authorities_of_manifest() {
  local told
  told=$(grep -sA 1 'name: KEELSON_AUTHORITIES' "$MANIFESTS/kube-apiserver.yaml" | sed -n 's/^ *value: "\{0,1\}\([0-9+]*\).*/\1/p') || true
  printf '%s' "${told:-1}"
}

# kubeadm's phases keep what is right and write what is not, so init itself is what converges; its checks for a
# machine that was never initialised are the ones that a second run is bound to fail.
initialise() {
  local ports=Port-${ENDPOINT##*:},Port-10250,Port-10257,Port-10259
  local files=FileAvailable--etc-kubernetes-manifests-kube-apiserver.yaml,FileAvailable--etc-kubernetes-manifests-kube-controller-manager.yaml,FileAvailable--etc-kubernetes-manifests-kube-scheduler.yaml
  local skipped=() configuration
  configuration=$(server_configuration)
  # The first master of a cluster configures it. From then on that is configuration.sh's, when all masters have their servers.
  if is_configured; then
    let_in
    skipped+=(--skip-phases "upload-config,bootstrap-token,addon,show-join-command")
  elif dns_is_current; then
    # kubeadm would move the settings of CoreDNS on, and refuses to where it does not know the release that runs.
    skipped+=(--skip-phases addon/coredns)
  fi
  # A kubelet that is at work has nothing to gain from its restarts.
  ! kubelet_is_joined || skipped+=(--skip-phases "kubelet-start,kubelet-finalize")
  # A new node has its taints before any pod comes; afterwards they are set elsewhere, and kubeadm would add to them.
  has_joined || configuration=${configuration/"taints: []"/"taints: $TAINTS"}
  (umask 077 && : >"$LOG")
  as_servers_are kubeadm init --config /dev/stdin --skip-token-print --skip-certificate-key-print "${skipped[@]}" \
    --ignore-preflight-errors "$ports,$files$IGNORED_CHECKS$(ignored_here)" <<<"$configuration" >"$LOG" 2>&1 || init_failed
  [ -e "$STATE/units/kubelet.service" ] || for_kubelet note_start
}

# What machines that join need of the cluster, and of each add-on what kubeadm makes last, are there; asked by way of the other masters
# where this one is new.
is_configured() {
  local made=
  if has_joined; then
    wait_for 60 "this node's proxy to lead to the API" api_ready "$PROXY" || die "the API does not answer at https://$PROXY on $(hostname)"
  else
    api_ready "$PROXY" || return
  fi
  [ -s "$ADMIN" ] || kubeadm init phase kubeconfig admin --config /dev/stdin <<<"$configuration" >/dev/null ||
    die "kubeadm init phase kubeconfig admin failed on $(hostname): its output is above"
  wait_for 60 "the API to say how far the cluster is configured" list_configured ||
    die "the API does not say how far the cluster is configured, at https://$PROXY on $(hostname): see make doctor"
  [ "$(grep -cE '^[a-z.0-9]+/' <<<"$made")" = "$((${#CONFIGURED[@]} + 1))" ]
}

# One that does not answer says neither: amid an upgrade the cluster's configuration is not this master's to change. The administrator
# has no rights before kubeadm init has given them.
list_configured() {
  made=$(
    as_admin get --namespace kube-public configmap/cluster-info --ignore-not-found -o name 2>&1 &&
      as_admin get --namespace kube-system "${CONFIGURED[@]}" --ignore-not-found -o name 2>&1
  ) || [[ $made = *orbidden* ]]
}

kubelet_is_joined() { has_joined && systemctl is-active --quiet kubelet.service; }

init_failed() {
  journalctl --no-pager --lines=10 --unit=kubelet.service >&2 || true
  grep -vE 'token|certificate-key' "$LOG" | tail -n 12 >&2
  die "kubeadm init failed on $(hostname): the kubelet's last lines, and its own, are above$(servers_said)"
}

# remove_other_files FILE...: what components read before, and do not any more.
remove_other_files() {
  local other
  [ -d "$FILES_DIRECTORY" ] || return 0
  while read -r other; do
    grep -qxF -- "$other" <(printf '%s\n' "$@") || remove_file "$other"
  done < <(find "$FILES_DIRECTORY" -type f)
}

# What nobody renews where it is gone. What the authorities are made of is put, and noted so.
note_issued() {
  local name
  for name in apiserver apiserver-kubelet-client apiserver-etcd-client front-proxy-client; do
    note present "$PKI/$name.crt"
    note present "$PKI/$name.key"
  done
  for name in admin controller-manager scheduler; do note present "/etc/kubernetes/$name.conf"; done
}

server_settings() { sha256sum "$MANIFESTS/kube-apiserver.yaml" 2>/dev/null || true; }

api_started() {
  local pid age
  pid=$(server_process kube-apiserver)
  age=$(ps -o etimes= -p "$pid")
  [ $(($(date +%s) - age)) -ge "$(stat -c %Y "$MANIFESTS/kube-apiserver.yaml")" ]
}

account_exists() { as_admin get serviceaccount default; }

as_admin() { kubectl --kubeconfig "$ADMIN" --request-timeout 3s "$@"; }

down() {
  [ -z "${UNDONE_BY:-}" ] || give_node_back
  leave_cluster
  forget_read
  drop_timer
  remove_other_files
  forget_providers
  remove_empty "$FILES_DIRECTORY"
  rm -f "$AUDIT_LOGS"/audit*.log
  remove_empty "$AUDIT_LOGS"
  rm -rf "$STATE/master" "$STATE/authorities" "$STATE/manifests" "$LOG"
}
