# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-master'

readonly -a SECRETS=('AUTHORITY' 'ETCD_CA_CRT' 'ETCD_ISSUER_CRT' 'ETCD_CA_KEY')

# Here is the text of components/certificates/leaves.sh.

# Here is the text of components/certificates/trust.sh.

# Here is the text of components/etcd/certificates.sh.

# Here is the text of components/certificates/renewal.sh.

# Here is the text of components/certificates/timer.sh.

# Here is the text of components/script/found.sh.

# Here is the text of components/kubelet/leave.sh.

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/kubelet/unit.sh.

# Here is the text of components/master/kubeadm.sh.

# Here is the text of components/endpoint/yield.sh.

# Here is the text of components/master/manifests.sh.

readonly KUBEADM_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.0.2.100
  bindPort: 6443
nodeRegistration:
  name: master-1
  criSocket: unix:///run/containerd/containerd.sock
  imagePullPolicy: IfNotPresent
bootstrapTokens:
  - ttl: 1s
    usages:
      - authentication
    groups:
      - system:bootstrappers:kubeadm:default-node-token
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: "@CLUSTER_NAME@"
kubernetesVersion: v1.36.3
controlPlaneEndpoint: 127.0.0.1:6444
imageRepository: registry.k8s.io
networking:
  podSubnet: 10.32.0.0/12
  serviceSubnet: 10.96.0.0/12
  dnsDomain: cluster.local
etcd:
  external:
    endpoints:
      - https://192.0.2.21:2379
      - https://192.0.2.22:2379
      - https://192.0.2.23:2379
    caFile: /etc/kubernetes/pki/etcd/ca.crt
    certFile: /etc/kubernetes/pki/apiserver-etcd-client.crt
    keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key
apiServer:
  certSANs:
    - 127.0.0.1
    - 192.0.2.11
    - 192.0.2.100
  extraArgs:
    - name: shutdown-watch-termination-grace-period
      value: 5s
controllerManager:
  extraArgs: []
scheduler:
  extraArgs: []
dns:
  imageRepository: registry.k8s.io/coredns
  imageTag: v1.14.7
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clusterCIDR: 10.32.0.0/12
mode: iptables
'

readonly VALIDITY='31536000'

readonly LAST_CALL='2592000'

readonly AUTHORITIES='1'

readonly TIMER='true'

readonly CERTIFICATE_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.0.2.11
nodeRegistration:
  name: master-1
  criSocket: unix:///run/none.sock
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
certificatesDir: /etc/kubernetes/pki
etcd:
  local:
    serverCertSANs: &a1
      - master-1
      - 192.0.2.11
    peerCertSANs: *a1
'

readonly -a CERTIFICATE_NAMES=('127.0.0.1' '192.0.2.11' '192.0.2.100')

readonly CRI_SOCKET='unix:///run/containerd/containerd.sock'

readonly COREDNS_TAG='v1.14.7'

readonly ENDPOINT='192.0.2.100:6443'

readonly PROXY='127.0.0.1:6444'

readonly VIRTUAL_ADDRESS=''

readonly KUBELET_CONFIG_FILE='/etc/kubernetes/kubelet-config.yaml'

readonly FILES_DIRECTORY='/etc/kubernetes/keelson'

readonly -a FILES=()

readonly IGNORED_CHECKS=''

readonly NODE='master-1'

readonly TAINTS='[]'

readonly TAKES_PODS='false'

readonly PROGRAM='its digest'

readonly GOOD_UNTIL='0'

readonly AUTHORITY='ca.crt dGhlIGNsdXN0ZXIncyBhdXRob3JpdHk=
ca.key Y2FuYXJ5OiBrZXkgb2YgdGhlIGNsdXN0ZXIncyBhdXRob3JpdHk=
admin.conf YXBpVmVyc2lvbjogdjEKY2x1c3RlcnM6Ci0gY2x1c3RlcjoKICAgIHNlcnZlcjogaHR0cHM6Ly8xMjcuMC4wLjE6NjQ0NAogIG5hbWU6IGFzLWl0LXdhcy1tYWRlCmN1cnJlbnQtY29udGV4dDoga3ViZXJuZXRlcy1hZG1pbkBhcy1pdC13YXMtbWFkZQp1c2VyczoKLSBuYW1lOiBrdWJlcm5ldGVzLWFkbWluCiAgdXNlcjoKICAgIGNsaWVudC1rZXktZGF0YTogImNhbmFyeTogdGhlIGFkbWluaXN0cmF0b3IncyBrdWJlY29uZmlnIgo=
ca-hash sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
'

readonly ETCD_CA_CRT='ZXRjZCdzIGF1dGhvcml0eQ=='

readonly ETCD_ISSUER_CRT='ZXRjZCdzIGF1dGhvcml0eQ=='

readonly ETCD_CA_KEY='Y2FuYXJ5OiBrZXkgb2YgZXRjZCdzIGF1dGhvcml0eQ=='

write_files() {
  put '/etc/systemd/system/keelson-certificates.service' 0644 <<'END_OF_FILE'
[Unit]
Description=Renewal of this Kubernetes master's certificates that nobody has renewed

[Service]
Type=oneshot
ExecStart=/bin/bash /usr/local/lib/keelson/renew-certificates
END_OF_FILE
  put '/etc/systemd/system/keelson-certificates.timer' 0644 <<'END_OF_FILE'
[Unit]
Description=Daily look at this Kubernetes master's certificates

[Timer]
OnCalendar=*-*-* 11:25:00

[Install]
WantedBy=timers.target
END_OF_FILE
}
remove_files() {
  remove_file '/etc/systemd/system/keelson-certificates.timer'
  remove_file '/etc/systemd/system/keelson-certificates.service'
}

# Here is the text of components/master/master.sh.

main "$1" </dev/null
exit
