# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='configuration'

readonly -a SECRETS=()

# Here is the text of components/master/api.sh.

# Here is the text of components/master/kubeadm.sh.

# Here is the text of components/certificates/trust.sh.

# Here is the text of components/master/addons.sh.

readonly KUBEADM_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.0.2.11
  bindPort: 8443
nodeRegistration:
  name: master-1
  criSocket: unix:///run/cri-dockerd.sock
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
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12
  dnsDomain: cluster.local
etcd:
  external:
    endpoints:
      - https://192.0.2.11:2379
      - https://192.0.2.12:2379
      - https://192.0.2.13:2379
    caFile: /etc/kubernetes/pki/etcd/ca.crt
    certFile: /etc/kubernetes/pki/apiserver-etcd-client.crt
    keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key
apiServer:
  certSANs:
    - 127.0.0.1
    - 192.0.2.11
    - 192.0.2.10
  extraArgs:
    - name: shutdown-watch-termination-grace-period
      value: 5s
    - name: profiling
      value: "false"
    - name: service-account-extend-token-expiration
      value: "false"
    - name: tls-min-version
      value: VersionTLS12
    - name: kubelet-certificate-authority
      value: /etc/kubernetes/pki/ca.crt
    - name: tls-cipher-suites
      value: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    - name: audit-log-path
      value: /var/log/kubernetes/audit/audit.log
    - name: audit-log-maxage
      value: "30"
    - name: audit-log-maxbackup
      value: "10"
    - name: audit-log-maxsize
      value: "100"
    - name: audit-policy-file
      value: /etc/kubernetes/keelson/default-audit-policy.yaml
    - name: authentication-config
      value: /etc/kubernetes/keelson/default-authentication.yaml
    - name: admission-control-config-file
      value: /etc/kubernetes/keelson/default-admission.yaml
    - name: encryption-provider-config
      value: /etc/kubernetes/keelson-encryption/providers.yaml
    - name: encryption-provider-config-automatic-reload
      value: "true"
    - name: enable-admission-plugins
      value: NodeRestriction,EventRateLimit
  extraVolumes:
    - name: keelson-audit-log
      hostPath: /var/log/kubernetes/audit
      mountPath: /var/log/kubernetes/audit
      readOnly: false
      pathType: DirectoryOrCreate
    - name: keelson-encryption
      hostPath: /etc/kubernetes/keelson-encryption
      mountPath: /etc/kubernetes/keelson-encryption
      readOnly: true
      pathType: Directory
    - name: keelson-81025348112d6ada
      hostPath: /etc/kubernetes/keelson/default-audit-policy.yaml.46f9917b0c177bcc
      mountPath: /etc/kubernetes/keelson/default-audit-policy.yaml
      readOnly: true
      pathType: File
    - name: keelson-a69f51c08d4dc73c
      hostPath: /etc/kubernetes/keelson/default-authentication.yaml.94dbaf3b2e924855
      mountPath: /etc/kubernetes/keelson/default-authentication.yaml
      readOnly: true
      pathType: File
    - name: keelson-6321bf73cf0dff58
      hostPath: /etc/kubernetes/keelson/default-admission.yaml.019c72f90e28fee8
      mountPath: /etc/kubernetes/keelson/default-admission.yaml
      readOnly: true
      pathType: File
controllerManager:
  extraArgs:
    - name: profiling
      value: "false"
    - name: terminated-pod-gc-threshold
      value: "1000"
scheduler:
  extraArgs:
    - name: profiling
      value: "false"
dns:
  imageRepository: registry.k8s.io/coredns
  imageTag: v1.14.7
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clusterCIDR: 10.244.0.0/16
mode: iptables
'

readonly KUBELET_DEFAULTS='apiVersion: kubelet.config.k8s.io/v1beta1
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

readonly COREDNS_IMAGE='registry.k8s.io/coredns/coredns:v1.14.7'

readonly PROXY='127.0.0.1:6444'

readonly AUTHORITIES='1'

readonly RESTORED='0'

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/master/configuration.sh.

main "$@" </dev/null
exit
