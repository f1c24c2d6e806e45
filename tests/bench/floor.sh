#!/usr/bin/env bash
# The floor: the same cluster by a plain script over SSH, as parallel as it can be, with no way back, no second run and no
# check of anything. FILES has what the program renders for these machines; KEYS their keys.
# Reads: NETWORK PREFIX NAMES MORE CAPABILITIES FILES KEYS BUNDLE TOKEN
set -euo pipefail

# shellcheck disable=SC2153 # it comes from the environment
read -ra names <<<"$NAMES"
# shellcheck disable=SC2153 # as well
read -ra more <<<"$MORE"
master=${names[0]}
declare -A address
host=11
for name in "${names[@]}" "${more[@]}"; do address[$name]=$PREFIX.$((host++)); done

main() {
  local name
  for name in "${names[@]}"; do start "$name" & done
  wait_all
  phase machines
  etcd &
  local etcd=$!
  for name in "${names[@]}"; do prepare "$name" & done
  wait_all
  wait "$etcd" 2>/dev/null || true
  phase "packages and programs and images and etcd"
  init
  phase kubeadm init
  for name in "${names[@]:1}"; do join "$name" & done
  on "$master" <<<'kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f /tmp/objects.yaml >/dev/null'
  wait_all
  phase kubeadm join
  on "$master" <<<'export KUBECONFIG=/etc/kubernetes/admin.conf
    kubectl wait --for=condition=Ready node --all --timeout=120s >/dev/null
    kubectl rollout status deployment/nginx-deployment --timeout=120s >/dev/null
    kubectl wait --for=condition=Ready pod/nginx-test --timeout=120s >/dev/null'
  phase nodes and nginx ready
  # A worker more, on the cluster that runs.
  [ "${#more[@]}" -gt 0 ] || return 0
  for name in "${more[@]}"; do { start "$name" && prepare "$name" && join "$name"; } & done
  wait_all
  on "$master" <<<'kubectl --kubeconfig /etc/kubernetes/admin.conf wait --for=condition=Ready node --all --timeout=120s >/dev/null'
  phase one more worker
}

phase() { printf '%s %s\n' "$EPOCHREALTIME" "$*"; }

wait_all() {
  local job
  for job in $(jobs -p); do [ "$job" = "${etcd:-}" ] || wait "$job"; done
}

on() {
  ssh -q -i "$KEYS/id_ed25519" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "keelson@${address[$1]}" sudo bash -seu
}

send() {
  (cd "$FILES" && tar -c -- *) | ssh -q -i "$KEYS/id_ed25519" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    "keelson@${address[$1]}" tar -C /tmp -x
}

start() {
  local options=()
  for capability in $CAPABILITIES; do options+=(--cap-add "$capability"); done
  docker run --detach --name "$NETWORK-$1" --hostname "$1" --network "$NETWORK" --ip "${address[$1]}" "${options[@]}" \
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
    --cgroupns private --device /dev/kmsg --tmpfs /run --tmpfs /tmp --volume /var --volume "$BUNDLE:/opt/keelson/bundle:ro" \
    --volume "$KEYS/$1:/etc/keelson-machine/hostkey:ro" \
    --volume "$KEYS/id_ed25519.pub:/etc/keelson-machine/authorized_keys:ro" keelson/machine:13 >/dev/null
  until send "$1" 2>/dev/null; do sleep 0.1; done
}

prepare() {
  on "$1" <<EOF2
mkdir -p /etc/docker /opt/cni/bin /etc/kubernetes
cp /tmp/daemon.json /etc/docker/
cp /opt/keelson/bundle/bin/{kubeadm,kubelet,kubectl,cri-dockerd} /usr/local/bin/ &
cp /opt/keelson/bundle/bin/flannel /opt/cni/bin/
tar -xzf /opt/keelson/bundle/cni/cni-plugins.tgz -C /opt/cni/bin
DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install docker.io docker-cli >/dev/null 2>&1
wait
for archive in $([ "$1" = "$master" ] && echo control-plane) node workloads; do docker load -q -i /opt/keelson/bundle/images/\$archive.tar >/dev/null & done
cp /tmp/cri-docker.* /etc/systemd/system/
cp /tmp/kubelet-$1.service /etc/systemd/system/kubelet.service
cp /tmp/kubelet-config.yaml /tmp/resolv.conf /etc/kubernetes/
sysctl -q -w net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1 || true
systemctl daemon-reload
systemctl enable -q --now cri-docker.socket cri-docker.service kubelet.service
wait
EOF2
}

etcd() {
  on "$master" <<'EOF2'
cp /opt/keelson/bundle/bin/{etcd,etcdctl} /usr/local/bin/
for phase in etcd-ca etcd-server etcd-peer etcd-healthcheck-client; do
  /opt/keelson/bundle/bin/kubeadm init phase certs $phase --config /tmp/certificates.yaml >/dev/null
done
cp /tmp/etcd.service /etc/systemd/system/
systemctl daemon-reload
systemctl enable -q --now etcd.service
EOF2
}

init() {
  on "$master" <<'EOF2'
cp -r /tmp/root/. /
mkdir -p /etc/kubernetes/pki/etcd
cp /etc/etcd/pki/etcd/ca.* /etc/kubernetes/pki/etcd/
kubeadm init phase certs apiserver-etcd-client --config /tmp/client-certificate.yaml >/dev/null
kubeadm init --config /tmp/kubeadm.yaml --ignore-preflight-errors SystemVerification,Port-10250 >/tmp/init.log 2>&1 || { tail -5 /tmp/init.log >&2; exit 1; }
until kubectl --kubeconfig /etc/kubernetes/admin.conf get serviceaccount default >/dev/null 2>&1; do sleep 0.1; done
EOF2
}

join() {
  local hash
  hash=$(on "$master" <<<"openssl x509 -in /etc/kubernetes/pki/ca.crt -pubkey -noout | openssl pkey -pubin -outform der | sha256sum | cut -d ' ' -f 1")
  on "$1" <<EOF2
kubeadm join ${address[$master]}:6443 --token "$TOKEN" --discovery-token-ca-cert-hash "sha256:$hash" --node-name "$1" \
  --cri-socket unix:///run/cri-dockerd.sock --ignore-preflight-errors SystemVerification,Port-10250 >/tmp/join.log 2>&1 || { tail -5 /tmp/join.log >&2; exit 1; }
EOF2
}

main
