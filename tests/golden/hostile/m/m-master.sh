# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='m-master'

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
  advertiseAddress: 198.51.100.1
  bindPort: 8443
nodeRegistration:
  name: m
  criSocket: unix:///run/cri-dockerd.sock
  imagePullPolicy: IfNotPresent
  taints: []
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
imageRepository: registry.example.com:5000/a
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12
  dnsDomain: odd-1.example
etcd:
  external:
    endpoints:
      - https://198.51.100.1:12379
    caFile: /etc/kubernetes/pki/etcd/ca.crt
    certFile: /etc/kubernetes/pki/apiserver-etcd-client.crt
    keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key
apiServer:
  certSANs:
    - api.example.com
    - 203.0.113.7
    - "*.example.org"
    - 2001:db8::7
    - 127.0.0.1
    - 198.51.100.1
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
    - name: admission-control-config-file
      value: /etc/kubernetes/keelson/default-admission.yaml
    - name: encryption-provider-config
      value: /etc/kubernetes/keelson-encryption/providers.yaml
    - name: encryption-provider-config-automatic-reload
      value: "true"
    - name: oidc-issuer-url
      value: "'\''\"`id`$(id)${HOME}%h%%\\;#&|*é☸"
    - name: v
      value: "2"
    - name: oidc-groups-prefix
      value: "'\''\"`id`$(id)${HOME}%h%%\\;#&|*é☸ `touch /tmp/a` $(touch /tmp/b) $'\''\\x41'\''
        !! ~ {a,b}"
    - name: oidc-groups-prefix
      value: "oidc: "
    - name: audit-policy-file
      value: /etc/kubernetes/keelson/audit.yaml
    - name: enable-admission-plugins
      value: NodeRestriction,EventRateLimit
  extraVolumes:
    - name: logs
      hostPath: /srv/a+b@c
      mountPath: /var/log/audit
      readOnly: false
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
    - name: keelson-c24fd860887b6d6e
      hostPath: /etc/kubernetes/keelson/audit.yaml.be5e1450df16440a
      mountPath: /etc/kubernetes/keelson/audit.yaml
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
    - name: feature-gates
      value: A=true,B=false
    - name: x
      value: "yes"
scheduler:
  extraArgs:
    - name: profiling
      value: "false"
    - name: "y"
      value: "'\''\"`id`$(id)${HOME}%h%%\\;#&|*é☸"
dns:
  imageRepository: registry.example.com:5000/a/coredns
  imageTag: v1.14.2
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

readonly -a ETCD_ENDPOINTS=('https://198.51.100.1:12379')

readonly ETCD_PREFIX='/registry'

readonly TIMER='true'

readonly CERTIFICATE_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 198.51.100.1
nodeRegistration:
  name: m
  criSocket: unix:///run/none.sock
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
certificatesDir: /etc/kubernetes/pki
etcd:
  local:
    serverCertSANs: &a1
      - m
      - 198.51.100.1
    peerCertSANs: *a1
'

readonly -a CERTIFICATE_NAMES=('api.example.com' '203.0.113.7' '*.example.org' '2001:DB8:0:0:0:0:0:7' '127.0.0.1' '198.51.100.1')

readonly CRI_SOCKET='unix:///run/cri-dockerd.sock'

readonly COREDNS_IMAGE='registry.example.com:5000/a/coredns/coredns:v1.14.2'

readonly ENDPOINT='198.51.100.1:8443'

readonly PROXY='127.0.0.1:6444'

readonly VIRTUAL_ADDRESS=''

readonly KUBELET_CONFIG_FILE='/etc/kubernetes/kubelet-config.yaml'

readonly FILES_DIRECTORY='/etc/kubernetes/keelson'

readonly -a FILES=('/etc/kubernetes/keelson/audit.yaml.be5e1450df16440a' '/etc/kubernetes/keelson/default-admission.yaml.019c72f90e28fee8')

readonly IGNORED_CHECKS=''

readonly NODE='m'

readonly AUDIT='true'

readonly POD_SECURITY='baseline'

readonly TAINTS='[]'

readonly TAKES_PODS='true'

readonly PROGRAM='its digest'

readonly GOOD_UNTIL='0'

readonly ENCRYPTION_KEYS='1 Y2FuYXJ5OiBhIGtleSBvZiAzMiBieXRlcyBmb3IgaXQ='

handed AUTHORITY 7120744e8789faff

handed ETCD_CA_CRT c4c9da1c8e956888

handed ETCD_ISSUER_CRT 6045b95be6d7c080

handed ETCD_CA_KEY 354d31b1f03029b9

write_files() {
  put '/etc/kubernetes/keelson/audit.yaml.be5e1450df16440a' 0600 <<'END_OF_FILE_'
first 'line'
END_OF_FILE
'"`id`$(id)${HOME}%h%%\;#&|*é☸ `touch /tmp/a` $(touch /tmp/b) $'\x41' !! ~ {a,b}

	tab\
@SYSTEMD_CGROUP@ last
END_OF_FILE_
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
OnCalendar=*-*-* 07:35:00

[Install]
WantedBy=timers.target
END_OF_FILE
}
remove_files() {
  remove_file '/etc/systemd/system/keelson-certificates.timer'
  remove_file '/etc/systemd/system/keelson-certificates.service'
  remove_file '/etc/kubernetes/keelson/default-admission.yaml.019c72f90e28fee8'
  remove_file '/etc/kubernetes/keelson/audit.yaml.be5e1450df16440a'
}

# Here is the text of components/master/master.sh.

main "$@" </dev/null
exit
