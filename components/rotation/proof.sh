# What a machine tells of the authorities that it goes by: it only looks. A line for each thing: its kind, and fields.

readonly CLUSTER=/etc/kubernetes/pki/ca.crt
readonly ETCD=/etc/etcd/pki/etcd
readonly CONF=/etc/kubernetes

proof() {
  local name
  set +e
  scratch=$(mktemp -d)
  bundle cluster "$CLUSTER" "$CLUSTER"
  if [ -s "$CLUSTER" ]; then
    for name in kubelet admin controller-manager scheduler; do kubeconfig "$CONF/$name.conf"; done
    leaf "$CLUSTER" /var/lib/kubelet/pki/kubelet-client-current.pem
    ! grep -qsx 'serverTLSBootstrap: true' "$CONF/kubelet-config.yaml" || leaf "$CLUSTER" /var/lib/kubelet/pki/kubelet-server-current.pem
    ! is_unread "$CLUSTER" || printf 'late the kubelet\n'
  fi
  bundle etcd "$ETCD/ca.crt" "$ETCD/ca.crt"
  for name in server peer healthcheck-client; do leaf "$ETCD/ca.crt" "$ETCD/$name.crt"; done
  ! is_stale etcd.service || printf 'late its member of etcd\n'
  [ ! -e "$CONF/manifests/kube-apiserver.yaml" ] || master
  tokens
  rm -rf "$scratch"
  printf 'end\n'
}

master() {
  local pki=/etc/kubernetes/pki name silent=
  bundle front-proxy "$pki/front-proxy-ca.crt" "$pki/front-proxy-ca.crt"
  bundle etcd "$pki/etcd/ca.crt" "$pki/etcd/ca.crt"
  leaf "$pki/front-proxy-ca.crt" "$pki/front-proxy-client.crt"
  leaf "$pki/etcd/ca.crt" "$pki/apiserver-etcd-client.crt"
  for name in apiserver apiserver-kubelet-client; do leaf "$CLUSTER" "$pki/$name.crt"; done
  for name in kube-apiserver kube-controller-manager kube-scheduler; do server "$name"; done
  printf 'key %s\n' "$(openssl pkey -in "$pki/sa.key" -pubout -outform der | key_id)"
  ask cluster-info get configmap cluster-info --namespace kube-public --ignore-not-found -o 'jsonpath={.data.kubeconfig}'
  sed -n 's/^ *certificate-authority-data: //p' "$scratch/cluster-info" | base64 -d >"$scratch/joining"
  bundle cluster cluster-info "$scratch/joining"
  secrets
  old
}

# ask NAME ARGUMENT...: what the API says, in a file of that name. That it has answered is told, for nothing is what there may be to say. Where
# it did not, it is not asked for the rest, so that this machine's own words come in time.
ask() {
  local name=$1
  shift
  : >"$scratch/$name"
  [ -z "$silent" ] || return 0
  if kubectl --kubeconfig "$CONF/admin.conf" --request-timeout 30s "$@" >"$scratch/$name" 2>/dev/null; then
    printf 'asked %s\n' "$name"
  else
    silent=yes
    : >"$scratch/$name"
  fi
}

# bundle KIND NAME FILE: the certificates in it, in their order.
bundle() {
  [ ! -s "$3" ] || printf 'bundle %s %s %s\n' "$1" "$2" "$(split_in "$3" | xargs -r -n 1 openssl x509 -noout -fingerprint -sha256 -in |
    sed 's/.*=//; s/://g' | cut -c 1-16 | paste -sd , -)"
}

# split_in FILE: its certificates in files of their own, whose names are printed.
split_in() {
  rm -f "$scratch"/part.*
  awk -v part="$scratch/part." '/BEGIN CERTIFICATE/ { n++ } n { print >(part n) }' "$1"
  find "$scratch" -name 'part.*' | sort -V
}

# leaf AUTHORITIES FILE: which of them has issued it, by its place among them; 0 where none has.
leaf() {
  local part place=0 found=0
  [ -s "$2" ] || return
  for part in $(split_in "$1"); do
    place=$((place + 1))
    ! openssl verify -no_check_time -CAfile "$part" "$2" >/dev/null 2>&1 || found=$place
  done
  printf 'leaf %s %s\n' "$found" "$2"
}

kubeconfig() {
  local client
  [ -s "$1" ] || return
  sed -n 's/^ *certificate-authority-data: //p' "$1" | base64 -d >"$scratch/authorities"
  bundle cluster "$1" "$scratch/authorities"
  client=$(sed -n 's/^ *client-certificate-data: //p' "$1")
  [ -n "$client" ] || return
  base64 -d <<<"$client" >"$scratch/client"
  leaf "$CLUSTER" "$scratch/client" | sed "s#$scratch/client#$1#"
}

# server NAME: what it was started on.
server() {
  local pid
  pid=$(server_process "$1") || { printf 'late %s\n' "$1" && return; }
  printf 'server %s %s\n' "$1" "$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^KEELSON_AUTHORITIES=//p' | grep . || echo 1)"
}

# is_stale UNIT: it was started on other files than there are.
is_stale() {
  local files
  [ -s "$STATE/units/$1.files" ] || return
  mapfile -t files <"$STATE/units/$1.files"
  [ "$(cat "$STATE/units/$1")" != "$(sha256sum "${files[@]}" | sha256sum)" ]
}

# By what tokens name the key that they are signed with.
key_id() { openssl dgst -sha256 -binary | base64 -w 0 | tr '+/' '-_' | tr -d '='; }

# key_of: of a token on standard input.
key_of() {
  local header
  header=$(cut -d . -f 1 | tr -d '\n' | tr -- '-_' '+/')
  while [ $((${#header} % 4)) != 0 ]; do header+='='; done
  base64 -d <<<"$header" 2>/dev/null | sed -n 's/.*"kid":"\([^"]*\)".*/\1/p'
}

# tokens: those that pods on this machine have in files.
tokens() {
  local file uid name
  for file in /var/lib/kubelet/pods/*/volumes/kubernetes.io~projected/*/token; do
    [ -s "$file" ] || continue
    uid=${file#/var/lib/kubelet/pods/}
    name=$(basename "$(find /var/log/pods -maxdepth 1 -name "*_${uid%%/*}" -print -quit 2>/dev/null)")
    [ -z "$name" ] || printf 'token %s %s\n' "$(key_of <"$file")" "$(sed 's#_#/#; s#_.*##' <<<"$name")"
  done | sort -u
}

# secrets: tokens that somebody has had made for good.
secrets() {
  local name token
  ask secrets get secrets --all-namespaces --field-selector type=kubernetes.io/service-account-token \
    -o 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.data.token}{"\n"}{end}'
  while read -r name token; do
    [ -z "$token" ] || printf 'secret %s %s\n' "$(base64 -d <<<"$token" | key_of)" "$name"
  done <"$scratch/secrets"
}

# old: how many pods of a namespace began before they were told of other authorities.
old() {
  ask configmaps get configmaps --all-namespaces --field-selector metadata.name=kube-root-ca.crt --show-managed-fields \
    -o 'jsonpath={range .items[*]}told {.metadata.namespace} {.metadata.creationTimestamp} {.metadata.managedFields[*].time}{"\n"}{end}'
  ask pods get pods --all-namespaces \
    -o 'jsonpath={range .items[*]}pod {.metadata.namespace} {.metadata.ownerReferences[0].kind}/ {.status.containerStatuses[*].state.running.startedAt}{"\n"}{end}'
  awk '$1 == "told" { for (i = 4; i <= NF; i++) if ($i > $3 && $i > since[$2]) since[$2] = $i }
    $1 == "pod" && $3 != "Node/" && since[$2] != "" { for (i = 4; i <= NF; i++) if ($i <= since[$2]) { old[$2]++; break } }
    END { for (namespace in old) print "old", old[namespace], namespace }' "$scratch/configmaps" "$scratch/pods"
}

proof
