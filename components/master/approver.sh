# On a master: certificates that kubelets serve with are approved, where a node of the configuration asks for itself. The cluster's own
# controllers sign what is approved, and approve only what kubelets call on the API with.
# Reads: NODES

readonly APPROVER=keelson-approver.service
readonly APPROVER_PROGRAM=/usr/local/lib/keelson/approve-kubelets

up() {
  program_of approve_all | put "$APPROVER_PROGRAM" 0700
  write_files
  run_unit "$APPROVER" "/etc/systemd/system/$APPROVER" "$APPROVER_PROGRAM"
}

# Those that are there, and each that comes. A watch may go dead, and what it missed is in the next.
approve_all() {
  local name user groups state usages request
  # A service has no home to keep what kubectl does.
  export KUBECONFIG=/etc/kubernetes/admin.conf KUBECACHEDIR=/run/keelson/kubectl
  while :; do
    while IFS='|' read -r name user groups state usages request; do
      if [ -n "$state" ] || ! may_serve "$name" "$user" "$groups" "$usages" "$request"; then continue; fi
      kubectl certificate approve "$name" --request-timeout 10s >&2 || true
    done < <(timeout 600 kubectl get certificatesigningrequests --field-selector spec.signerName=kubernetes.io/kubelet-serving --watch \
      -o 'jsonpath={.metadata.name}|{.spec.username}|{.spec.groups}|{.status.conditions[*].type}|{.spec.usages}|{.spec.request}{"\n"}' 2>/dev/null)
    sleep 2
  done
}

# may_serve NAME USER GROUPS USAGES REQUEST: a node of ours asks, for itself, for its own name and addresses, and to serve with.
may_serve() {
  local node=${2#system:node:} text allowed name names
  [ "$2" = "system:node:$node" ] && [[ $3 = *'"system:nodes"'* ]] || return 1
  allowed=$(allowed_to "$node")
  if [ -z "$allowed" ]; then
    log "$1: $node is no node of this cluster's configuration, and is not approved"
    return 1
  fi
  has_usages "$4" && text=$(base64 -d <<<"$5" | openssl req -noout -verify -subject -nameopt RFC2253 -text 2>/dev/null) || return 1
  grep -qxE "subject= ?CN=system:node:${node//./[.]},O=system:nodes" <<<"$text" || return 1
  names=$(awk '/X509v3 Subject Alternative Name/ { getline; print }' <<<"$text" | sed 's/, */\n/g; s/^ *//; s/\n */\n/g')
  [ -n "$names" ] || return 1
  while read -r name; do
    grep -qxF -- "$name" <<<"$allowed" || {
      log "$1: the node $node asks for a certificate for $name, which is not in the cluster's configuration, and is not approved"
      return 1
    }
  done <<<"$names"
}

has_usages() {
  local usage
  [[ $1 = *'"server auth"'* ]] || return 1
  while read -r usage; do
    case $usage in
    "server auth" | "digital signature" | "key encipherment") ;;
    *) return 1 ;;
    esac
  done < <(tr -d '[]"' <<<"$1" | tr , '\n')
}

# allowed_to NODE: its name and addresses, as openssl shows them.
allowed_to() {
  local line
  for line in "${NODES[@]}"; do
    [ "${line%% *}" != "$1" ] || printf 'DNS:%s\nIP Address:%s\n' "$1" "${line#* }"
  done
}

down() {
  stop_unit "$APPROVER"
  remove_files
  remove_file "$APPROVER_PROGRAM"
  systemctl daemon-reload
}
