#!/bin/sh
# keepalived asks whether this master may have the virtual address.
# One whose API server is well, and whose node is one of the cluster: kubeadm has labelled it, or this program marked it. A machine that
# was lost and boots again registers a node that is neither. While etcd stalls for all, no API server is ready, and whoever has the address keeps it: who
# asks is told of etcd, and connections go on.
# Its API server is about to restart: yield.sh.
[ -z "$(find /run/keelson/yields-address -mmin -5 2>/dev/null)" ] || exit 1
ask() {
  curl -sS --max-time "${patience:-2}" --cacert /etc/kubernetes/pki/ca.crt --cert /etc/kubernetes/pki/apiserver-kubelet-client.crt \
    --key /etc/kubernetes/pki/apiserver-kubelet-client.key "$@" "https://${server:-@ADDRESS@:@PORT@}$path"
}
path=/readyz
case $(ask -w '
%{http_code}') in
*200) ;;
*'[-]etcd'* | *000)
  patience=1
  # By this node's proxy one answers that is ready: then etcd stalls for this one alone.
  if server=@PROXY@ && ask -f -o /dev/null; then exit 1; fi
  server=
  path='/livez?exclude=etcd'
  ask -f -o /dev/null && [ -n "$(ip -o -4 address show to '@VIRTUAL_ADDRESS@')" ]
  exit
  ;;
*) exit 1 ;;
esac
path=/api/v1/nodes/@NODE@
answer=$(ask -w '
%{http_code}') || exit 0
case $answer in
*'"node-role.kubernetes.io/control-plane":'*200 | *'"keelson.io/machine":'*200) exit 0 ;;
*[!0-9]5[0-9][0-9] | *[!0-9]429 | *[!0-9]403) exit 0 ;;
*) exit 1 ;;
esac
