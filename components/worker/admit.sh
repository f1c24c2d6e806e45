# On a master: a token for one machine, of 15 minutes, taken back as soon as the machine has joined. This script is
# done only when the node is there, so a join that was cut off is admitted anew, with a new token, by the next run.
# Reads: NODE IDENTITY TOKEN

export KUBECONFIG=/etc/kubernetes/admin.conf

up() {
  delete_predecessor
  ! node_exists || return 0
  offer_token
  wait_for 180 "the node $NODE to register" node_exists || die "$NODE did not join within 3 minutes: see its own join step"
  kubectl delete secret --namespace kube-system "bootstrap-token-${TOKEN%.*}" --ignore-not-found >/dev/null
}

# A node of this name that another machine made is not this one's: its pods are gone with that machine. A node that says
# nothing of its machine has just joined.
delete_predecessor() {
  local machine
  machine=$(kubectl get node "$NODE" --request-timeout 10s --ignore-not-found -o 'jsonpath={.metadata.annotations.keelson\.io/machine}')
  if [ -n "$machine" ] && [ "$machine" != "$IDENTITY" ]; then
    log "the node $NODE is of another machine, which was there before: it is deleted"
    kubectl delete node "$NODE" --ignore-not-found >&2
  fi
}

offer_token() {
  # On standard input: a command line can be read by everyone on the machine.
  kubectl create --filename - >/dev/null <<EOF
apiVersion: v1
kind: Secret
metadata:
  name: bootstrap-token-${TOKEN%.*}
  namespace: kube-system
type: bootstrap.kubernetes.io/token
stringData:
  description: keelson admits $NODE
  token-id: "${TOKEN%.*}"
  token-secret: "${TOKEN#*.}"
  expiration: "$(date -u -d '+15 minutes' +%Y-%m-%dT%H:%M:%SZ)"
  usage-bootstrap-authentication: "true"
  usage-bootstrap-signing: "true"
  auth-extra-groups: system:bootstrappers:kubeadm:default-node-token
EOF
}

node_exists() { kubectl get node "$NODE" --request-timeout 3s >/dev/null 2>&1; }

# What was for one moment leaves nothing.
down() { :; }
