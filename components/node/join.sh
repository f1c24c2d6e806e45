# A machine joins the cluster with a token of its own, and pins the authority it meets.
# Reads: NODE IDENTITY TAINTS JOIN_CONFIG ENDPOINT TOKEN_ID IGNORED_CHECKS KUBELET_CONFIG_FILE

readonly LOG=/var/log/keelson-kubeadm.log
readonly CLIENT=/var/lib/kubelet/pki/kubelet-client-current.pem

up() {
  ! is_gone || forget_node "the certificate of the kubelet of $NODE is gone"
  ! is_refused || forget_node "the API refuses the certificate of the kubelet of $NODE, which has ended or is of an authority that was forgotten"
  # It would take pods from the moment that it is ready, and is given its taints when all nodes of the run are.
  [ -z "$TAINTS" ] || register_with "$TAINTS"
  # A run that was cut off after the join left a node that works: it needs no token.
  if [ -e /etc/kubernetes/kubelet.conf ]; then
    systemctl start kubelet.service
    wait_for 120 "the node $NODE to be of this machine" node_is_own ||
      die "node $NODE still belongs to another machine, and was not deleted: delete it, and run up again"
    register_as_ever
    [ -e "$STATE/units/kubelet.service" ] || for_kubelet note_start
    return
  fi
  # It was made before this began; the cluster's controllers sign it within moments, or when they have a leader again.
  wait_for 60 "the API at https://$ENDPOINT to offer this machine's token" token_offered ||
    die "the token made for $(hostname) did not appear at https://$ENDPOINT: see haproxy here, and the controller manager on the masters"
  join || join_where_ready || join_failed
  # kubeadm started it, and it makes its node when it has its certificate.
  [ -z "$TAINTS" ] || wait_for 120 "the node $NODE to be there" node_is_there ||
    die "$NODE has joined, and makes no node: see journalctl -u kubelet there, and run up again"
  register_as_ever
  for_kubelet note_start
}

node_is_there() { kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node "$NODE" --request-timeout 3s; }

# is_refused: the API does not know what the kubelet proves itself with: it has ended, or was issued by an authority that was forgotten while
# the machine was away. Nothing is told to whoever answers.
is_refused() {
  [ -s "$CLIENT" ] && [ "$(curl -sk --max-time 5 --output /dev/null --write-out '%{http_code}' --cert "$CLIENT" "https://$ENDPOINT/api/v1/nodes/$NODE")" = 401 ]
}

is_gone() { has_joined && [ ! -s "$CLIENT" ]; }

# forget_node WHY
forget_node() {
  log "$1: it joins once more"
  forget_credentials
}

# A machine that has joined, and whose host key is another one since: its admission has deleted the node, which bore the old
# key, and a kubelet makes one only when it starts.
node_is_own() {
  local machine
  machine=$(kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node "$NODE" --request-timeout 3s --ignore-not-found \
    -o 'jsonpath={.metadata.name} {.metadata.annotations.keelson\.io/machine}') || return
  case $machine in
  "$NODE " | "$NODE $IDENTITY") ;;
  "" | " ")
    systemctl restart kubelet.service
    sleep 5
    return 1
    ;;
  *) return 1 ;;
  esac
}

join() {
  (umask 077 && : >"$LOG")
  kubeadm join --config /dev/stdin --ignore-preflight-errors \
    "FileAvailable--etc-kubernetes-pki-ca.crt,FileAvailable--etc-kubernetes-bootstrap-kubelet.conf,Port-10250,DirAvailable--etc-kubernetes-manifests$IGNORED_CHECKS$(ignored_here)" \
    <<<"$JOIN_CONFIG" >"$LOG" 2>&1
}

# The machine was reset by hand just now: kubeadm refuses until the cluster knows that its kubelet is gone, 40 s by default. The node stays,
# with its labels.
join_where_ready() {
  local deadline=$((SECONDS + 90))
  is_still_ready || return
  # It may run on, as where its kubeconfig alone is gone.
  systemctl stop kubelet.service
  log "the cluster calls the node $NODE ready, whose kubelet was reset: it joins again when that is noticed"
  while is_still_ready && [ "$SECONDS" -lt "$deadline" ]; do
    sleep 3
    ! join || return 0
  done
  return 1
}

is_still_ready() { grep -q "Node with name \"$NODE\" and status \"Ready\" already exists" "$LOG"; }

# kubeadm asks only every five seconds. What is seen here is trusted for nothing: kubeadm checks the pinned authority.
token_offered() {
  [[ $(curl -fsSk --max-time 3 "https://$ENDPOINT/api/v1/namespaces/kube-public/configmaps/cluster-info") = *jws-kubeconfig-"$TOKEN_ID"* ]]
}

join_failed() {
  ! is_still_ready || die "the cluster still calls the node $NODE ready, whose kubelet was reset: run up again when kubectl get node shows it as NotReady"
  grep -v 'token' "$LOG" | tail -n 25 >&2
  journalctl --no-pager --lines=10 --unit=kubelet.service >&2 || true
  die "kubeadm join failed on $(hostname): its last lines, and the kubelet's, are above"
}

# The machine leaves the cluster with its kubelet.
down() { :; }
