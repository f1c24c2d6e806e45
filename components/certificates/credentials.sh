# The administrator's kubeconfig, issued by way of a master and printed for the state. It has its rights from a group of its number,
# and the cluster knows the group of the last number alone.
# Reads: KUBEADM_CONFIG ADMINISTRATOR VALIDITY
# Runs again for: GOOD_UNTIL AUTHORITIES RESTORED

readonly ADMIN=/etc/kubernetes/admin.conf
readonly BINDING=keelson:administrators

up() {
  local name configuration kubeconfig
  name=$(sed -n 's/^current-context: kubernetes-admin@//p' "$ADMIN")
  configuration=${KUBEADM_CONFIG/@CLUSTER_NAME@/"$name"}
  configuration=${configuration/@RELEASE@/"$(kubeadm version -o short)"}
  kubeconfig=$(kubeadm kubeconfig user --client-name kubernetes-admin --org "keelson:administrators-$ADMINISTRATOR" \
    --validity-period "${VALIDITY}s" --config /dev/stdin <<<"$configuration" | trusting /etc/kubernetes/pki/ca.crt)
  wait_for 120 "the API to bind the administrator's group" bind ||
    die "the API rejects the ClusterRoleBinding $BINDING, by which the administrator's kubeconfig has its rights: see kubectl --kubeconfig $ADMIN auth whoami on $(hostname)"
  # The one before is taken back with this, and who asks next may be told so by another API server.
  wait_for 60 "the administrator's kubeconfig to be good" is_good || die "the API rejects the administrator's kubeconfig that was issued"
  printf 'admin.conf %s\n' "$(base64 -w 0 <<<"$kubeconfig")"
}

bind() {
  as_admin apply --server-side --force-conflicts --field-manager keelson -f - <<BINDING
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: $BINDING
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: keelson:administrators-$ADMINISTRATOR
BINDING
}

is_good() {
  kubectl --kubeconfig /dev/stdin --request-timeout 3s auth can-i '*' '*' --all-namespaces <<<"$kubeconfig"
}

as_admin() { kubectl --kubeconfig "$ADMIN" --request-timeout 3s "$@"; }

down() { :; }
