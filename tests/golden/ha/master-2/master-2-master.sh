# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-2-master'

readonly -a SECRETS=('AUTHORITY' 'ENCRYPTION_KEYS' 'ETCD_CA_CRT' 'ETCD_ISSUER_CRT' 'ETCD_CA_KEY')

# Here is the text of components/certificates/leaves.sh.

# Here is the text of components/certificates/trust.sh.

# Here is the text of components/etcd/certificates.sh.

# Here is the text of components/encryption/providers.sh.

# Here is the text of components/certificates/renewal.sh.

# Here is the text of components/certificates/timer.sh.

# Here is the text of components/script/found.sh.

# Here is the text of components/kubelet/leave.sh.

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/kubelet/unit.sh.

# Here is the text of components/master/api.sh.

# Here is the text of components/master/kubeadm.sh.

# Here is the text of components/endpoint/servers.sh.

# Here is the text of components/endpoint/yield.sh.

# Here is the text of components/master/kubelets.sh.

# Here is the text of components/master/manifests.sh.

# Here is the text of components/master/changes.sh.

# Here is the text of components/master/asNode.sh.

readonly KUBEADM_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.0.2.12
  bindPort: 8443
nodeRegistration:
  name: master-2
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
    - 192.0.2.12
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

readonly VALIDITY='31536000'

readonly LAST_CALL='2592000'

readonly AUTHORITIES='1'

readonly ENCRYPTION='1'

readonly PROVIDERS='/etc/kubernetes/keelson-encryption/providers.yaml'

readonly -a ETCD_ENDPOINTS=('https://192.0.2.11:2379' 'https://192.0.2.12:2379' 'https://192.0.2.13:2379')

readonly ETCD_PREFIX='/registry'

readonly TIMER='true'

readonly CERTIFICATE_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.0.2.12
nodeRegistration:
  name: master-2
  criSocket: unix:///run/none.sock
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
certificatesDir: /etc/kubernetes/pki
etcd:
  local:
    serverCertSANs: &a1
      - master-2
      - 192.0.2.12
    peerCertSANs: *a1
'

readonly -a CERTIFICATE_NAMES=('127.0.0.1' '192.0.2.12' '192.0.2.10')

readonly CRI_SOCKET='unix:///run/cri-dockerd.sock'

readonly COREDNS_IMAGE='registry.k8s.io/coredns/coredns:v1.14.7'

readonly ENDPOINT='192.0.2.12:8443'

readonly PROXY='127.0.0.1:6444'

readonly VIRTUAL_ADDRESS='192.0.2.10'

readonly KUBELET_CONFIG_FILE='/etc/kubernetes/kubelet-config.yaml'

readonly FILES_DIRECTORY='/etc/kubernetes/keelson'

readonly -a FILES=('/etc/kubernetes/keelson/default-audit-policy.yaml.46f9917b0c177bcc' '/etc/kubernetes/keelson/default-authentication.yaml.94dbaf3b2e924855' '/etc/kubernetes/keelson/default-admission.yaml.019c72f90e28fee8')

readonly IGNORED_CHECKS=''

readonly NODE='master-2'

readonly AUDIT='true'

readonly POD_SECURITY='baseline'

readonly TAINTS='[]'

readonly TAKES_PODS='false'

readonly PROGRAM='its digest'

readonly GOOD_UNTIL='0'

readonly ENCRYPTION_KEYS='1 Y2FuYXJ5OiBhIGtleSBvZiAzMiBieXRlcyBmb3IgaXQ='

handed AUTHORITY 7120744e8789faff

handed ETCD_CA_CRT c4c9da1c8e956888

handed ETCD_ISSUER_CRT 6045b95be6d7c080

handed ETCD_CA_KEY 354d31b1f03029b9

write_files() {
  put '/etc/kubernetes/keelson/default-audit-policy.yaml.46f9917b0c177bcc' 0600 <<'END_OF_FILE'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages:
  - RequestReceived
omitManagedFields: true
rules:
  - level: None
    nonResourceURLs:
      - /healthz*
      - /livez*
      - /readyz*
      - /version
      - /openapi/*
  - level: None
    resources:
      - group: ""
        resources:
          - events
      - group: events.k8s.io
  - level: None
    resources:
      - group: coordination.k8s.io
        resources:
          - leases
  - level: None
    userGroups:
      - system:nodes
    verbs:
      - get
      - list
      - watch
      - patch
      - update
    resources:
      - group: ""
        resources:
          - nodes
          - nodes/status
          - pods/status
  - level: None
    users:
      - system:kube-controller-manager
      - system:kube-scheduler
      - system:serviceaccount:kube-system:kube-proxy
    verbs:
      - get
      - list
      - watch
  - level: Metadata
    resources:
      - group: ""
        resources:
          - secrets
          - configmaps
          - serviceaccounts/token
      - group: authentication.k8s.io
        resources:
          - tokenreviews
      - group: certificates.k8s.io
        resources:
          - certificatesigningrequests
  - level: RequestResponse
    verbs:
      - create
      - update
      - patch
      - delete
    resources:
      - group: rbac.authorization.k8s.io
  - level: Metadata
END_OF_FILE
  put '/etc/kubernetes/keelson/default-authentication.yaml.94dbaf3b2e924855' 0600 <<'END_OF_FILE'
apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions:
    - path: /livez
    - path: /readyz
    - path: /healthz
    - path: /api/v1/namespaces/kube-public/configmaps/cluster-info
END_OF_FILE
  put '/etc/kubernetes/keelson/default-admission.yaml.019c72f90e28fee8' 0600 <<'END_OF_FILE'
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodSecurity
    configuration:
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      defaults:
        enforce: baseline
        audit: restricted
        warn: restricted
        enforce-version: latest
        audit-version: latest
        warn-version: latest
      exemptions:
        usernames: []
        runtimeClasses: []
        namespaces:
          - kube-system
          - kube-flannel
  - name: EventRateLimit
    configuration:
      apiVersion: eventratelimit.admission.k8s.io/v1alpha1
      kind: Configuration
      limits:
        - type: Namespace
          qps: 50
          burst: 100
          cacheSize: 4096
        - type: User
          qps: 50
          burst: 100
          cacheSize: 4096
END_OF_FILE
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
OnCalendar=*-*-* 11:32:00

[Install]
WantedBy=timers.target
END_OF_FILE
}
remove_files() {
  remove_file '/etc/systemd/system/keelson-certificates.timer'
  remove_file '/etc/systemd/system/keelson-certificates.service'
  remove_file '/etc/kubernetes/keelson/default-admission.yaml.019c72f90e28fee8'
  remove_file '/etc/kubernetes/keelson/default-authentication.yaml.94dbaf3b2e924855'
  remove_file '/etc/kubernetes/keelson/default-audit-policy.yaml.46f9917b0c177bcc'
}

# Here is the text of components/master/master.sh.

main "$@" </dev/null
exit
