# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='only-kubelet'

readonly -a SECRETS=()

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

# Here is the text of components/artifacts/fetch.sh.

# Here is the text of components/artifacts/install.sh.

# Here is the text of components/artifacts/versions.sh.

# Here is the text of components/artifacts/images.sh.

# Here is the text of components/docker/engine.sh.

# Here is the text of components/script/found.sh.

# Here is the text of components/kubelet/leave.sh.

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/kubelet/unit.sh.

# Here is the text of components/kubelet/request.sh.

# Here is the text of components/kubelet/serving.sh.

readonly RUNTIME='docker'

readonly CRI_SOCKET='unix:///run/cri-dockerd.sock'

readonly -a IMAGES=()

readonly KUBELET_CONFIG_FILE='/etc/kubernetes/kubelet-config.yaml'

readonly -a KERNEL_SETTINGS=('net.bridge.bridge-nf-call-iptables=1' 'net.bridge.bridge-nf-call-ip6tables=1' 'net.ipv4.ip_forward=1')

readonly -a KERNEL_CHANGED=('net.ipv4.conf.all.route_localnet' 'net.netfilter.nf_conntrack_buckets' 'net.netfilter.nf_conntrack_max' 'net.netfilter.nf_conntrack_tcp_timeout_established' 'net.netfilter.nf_conntrack_tcp_timeout_close_wait' 'vm.overcommit_memory' 'vm.panic_on_oom' 'kernel.panic' 'kernel.panic_on_oops' 'kernel.keys.root_maxkeys' 'kernel.keys.root_maxbytes')

readonly -a NAMESERVERS=()

readonly NODE='only'

readonly ADDRESS='192.0.2.10'

readonly ALLOCATABLE_MILLICPU='0'

readonly ALLOCATABLE_BYTES='0'

readonly RESERVED_MILLICPU='0'

readonly -a RESERVED_MEMORY=('104857600')

readonly PROGRAM='its digest'

readonly -a PROGRAMS=('kubeadm binary /usr/local/bin https://dl.k8s.io/release/v1.36.3/bin/linux/amd64/kubeadm bba1733c701bf70ec74ba1cc3fd5745404c1134a8a4b0a5f8560cc9832023421 https://dl.k8s.io/release/v1.36.3/bin/linux/arm64/kubeadm 276cfbdc43b10fef663288cc1ed76abf77b1b7f700e9f1c053cb5dc3115484de' 'kubelet binary /usr/local/bin https://dl.k8s.io/release/v1.36.3/bin/linux/amd64/kubelet 46707a53209f826ad0f0d62371ac69cd00e78fd9a8176cf5f6f87f18f7f8b718 https://dl.k8s.io/release/v1.36.3/bin/linux/arm64/kubelet 57205a5daf5883873d87b4914e1e00bdd7707acd075714788cfb0fc1f60bc414' 'kubectl binary /usr/local/bin https://dl.k8s.io/release/v1.36.3/bin/linux/amd64/kubectl ebbd080e7c2e275093b55915722043257eb24004363e20acb3c4d71919f88336 https://dl.k8s.io/release/v1.36.3/bin/linux/arm64/kubectl 3d86f24401c41ae5a46ac50eef8865fe891d3647d324a0836f6c63757a126e62' 'cni-plugins archive /opt/cni/bin https://github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz b98f74a0f8522f0a83867178729c1aa70f2158f90c45a2ca8fa791db1c76b303 https://github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-arm64-v1.9.1.tgz 56171987d3947707c3563db2f4001bccaf50fd63468611b9f3cbecb1375ee7ec bridge host-local loopback portmap')

readonly KUBELET_CONFIG='apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
  webhook:
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
clusterDNS:
  - 10.96.0.10
clusterDomain: cluster.local
containerRuntimeEndpoint: unix:///run/cri-dockerd.sock
failSwapOn: false
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
podPidsLimit: 4096
seccompDefault: true
tlsMinVersion: VersionTLS12
tlsCipherSuites:
  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
  - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
  - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
  - TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
  - TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
serverTLSBootstrap: true
featureGates:
  ExtendWebSocketsToKubelet: false
'

write_files() {
  put '/etc/modules-load.d/keelson.conf' 0644 <<'END_OF_FILE'
overlay
br_netfilter
END_OF_FILE
  put '/etc/sysctl.d/99-zz-keelson.conf' 0644 <<'END_OF_FILE'
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-ip6tables = 1
net.ipv4.ip_forward = 1
END_OF_FILE
  put '/etc/systemd/system/kubelet.service' 0600 <<'END_OF_FILE'
[Unit]
Description=Kubernetes node agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target docker.service containerd.service cri-docker.service
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/local/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/etc/kubernetes/kubelet-config.yaml --hostname-override=only --node-ip=192.0.2.10
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
END_OF_FILE
}
remove_files() {
  remove_file '/etc/systemd/system/kubelet.service'
  remove_file '/etc/sysctl.d/99-zz-keelson.conf'
  remove_file '/etc/modules-load.d/keelson.conf'
}

# Here is the text of components/kubelet/kubelet.sh.

main "$@" </dev/null
exit
