# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-2-kubelet'

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

readonly -a IMAGES=('node /opt/keelson/bundle/images/node.tar aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa registry.k8s.io/pause:3.10.1 registry.k8s.io/kube-proxy:v1.36.3 ghcr.io/flannel-io/flannel:v0.28.10 registry.k8s.io/coredns/coredns:v1.14.7' 'workloads /opt/keelson/bundle/images/workloads.tar bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb docker.io/library/nginx:latest docker.io/library/nginx:stable')

readonly KUBELET_CONFIG_FILE='/etc/kubernetes/kubelet-config.yaml'

readonly -a KERNEL_SETTINGS=('net.bridge.bridge-nf-call-iptables=1' 'net.bridge.bridge-nf-call-ip6tables=1' 'net.ipv4.ip_forward=1')

readonly -a KERNEL_CHANGED=('net.ipv4.conf.all.route_localnet')

readonly -a NAMESERVERS=('192.0.2.53')

readonly NODE='worker-2'

readonly ADDRESS='172.30.0.13'

readonly ALLOCATABLE_MILLICPU='0'

readonly ALLOCATABLE_BYTES='0'

readonly RESERVED_MILLICPU='0'

readonly -a RESERVED_MEMORY=('104857600')

readonly PROGRAM='its digest'

readonly -a PROGRAMS=('kubeadm binary /usr/local/bin /opt/keelson/bundle/bin/kubeadm 1111111111111111111111111111111111111111111111111111111111111111 - -' 'kubelet binary /usr/local/bin /opt/keelson/bundle/bin/kubelet 2222222222222222222222222222222222222222222222222222222222222222 - -' 'kubectl binary /usr/local/bin /opt/keelson/bundle/bin/kubectl 3333333333333333333333333333333333333333333333333333333333333333 - -' 'cni-plugins archive /opt/cni/bin /opt/keelson/bundle/cni/cni-plugins.tgz 8888888888888888888888888888888888888888888888888888888888888888 - - bridge host-local loopback portmap' 'flannel-cni binary /opt/cni/bin /opt/keelson/bundle/bin/flannel 7777777777777777777777777777777777777777777777777777777777777777 - - flannel')

readonly KUBELET_CONFIG='evictionHard:
  memory.available: 100Mi
  nodefs.available: 1Gi
  imagefs.available: 1Gi
imageGCHighThresholdPercent: 100
apiVersion: kubelet.config.k8s.io/v1beta1
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
ExecStart=/usr/local/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/etc/kubernetes/kubelet-config.yaml --hostname-override=worker-2 --node-ip=172.30.0.13
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
