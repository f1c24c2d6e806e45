# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-3-etcd'

readonly -a SECRETS=('FOUNDERS' 'ETCD_CA_CRT' 'ETCD_ISSUER_CRT' 'ETCD_CA_KEY')

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/artifacts/fetch.sh.

# Here is the text of components/artifacts/install.sh.

# Here is the text of components/artifacts/versions.sh.

# Here is the text of components/certificates/leaves.sh.

# Here is the text of components/certificates/trust.sh.

# Here is the text of components/etcd/certificates.sh.

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/membership.sh.

# Here is the text of components/etcd/snapshot.sh.

# Here is the text of components/etcd/beginning.sh.

# Here is the text of components/etcd/turn.sh.

# Here is the text of components/etcd/user.sh.

readonly RELEASE='3.6.14'

readonly CERTIFICATE_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.0.2.13
nodeRegistration:
  name: master-3
  criSocket: unix:///run/none.sock
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
certificatesDir: /etc/etcd/pki
etcd:
  local:
    serverCertSANs: &a1
      - master-3
      - 192.0.2.13
    peerCertSANs: *a1
'

readonly NAME='master-3'

readonly DATA_DIR='/var/lib/etcd'

readonly -a DIRECTORIES=('/var/lib/etcd')

readonly ETCD_USER='etcd'

readonly CLIENT_PORT='2379'

readonly BEGINNING='/etc/etcd/beginning.env'

readonly MARK='/var/lib/keelson/etcd-member'

readonly VALIDITY='31536000'

readonly TRUSTED='1'

readonly PEER_URL='https://192.0.2.13:2380'

readonly -a PEERS=('master-1 https://192.0.2.11:2379' 'master-2 https://192.0.2.12:2379')

readonly PROGRAM='its digest'

readonly GOOD_UNTIL='0'

readonly FOUNDERS=''

handed ETCD_CA_CRT c4c9da1c8e956888

handed ETCD_ISSUER_CRT 6045b95be6d7c080

handed ETCD_CA_KEY 354d31b1f03029b9

readonly -a PROGRAMS=('etcd binary /usr/local/bin /opt/keelson/bundle/bin/etcd 4444444444444444444444444444444444444444444444444444444444444444 - -' 'etcdctl binary /usr/local/bin /opt/keelson/bundle/bin/etcdctl 5555555555555555555555555555555555555555555555555555555555555555 - -')

readonly -a SIGNING=('kubeadm binary /usr/local/lib/keelson /opt/keelson/bundle/bin/kubeadm 1111111111111111111111111111111111111111111111111111111111111111 - -')

write_files() {
  put '/etc/systemd/system/etcd.service' 0600 <<'END_OF_FILE'
[Unit]
Description=etcd, the key-value store of the Kubernetes cluster
Documentation=https://etcd.io/docs/
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
EnvironmentFile=-/etc/etcd/beginning.env
User=etcd
Group=etcd
UMask=0077
ExecStartPre=+/usr/bin/find /var/lib/etcd -name lost+found -prune -o ( ! -user etcd -o ! -group etcd ) -exec chown --no-dereference etcd:etcd {} +
ReadWritePaths=/var/lib/etcd
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
ExecStart=/usr/local/bin/etcd --name=master-3 \
  --data-dir=/var/lib/etcd \
  --listen-client-urls=https://192.0.2.13:2379,https://127.0.0.1:2379 \
  --advertise-client-urls=https://192.0.2.13:2379 \
  --listen-peer-urls=https://192.0.2.13:2380 \
  --initial-advertise-peer-urls=https://192.0.2.13:2380 \
  --cert-file=/etc/etcd/pki/etcd/server.crt \
  --key-file=/etc/etcd/pki/etcd/server.key \
  --trusted-ca-file=/etc/etcd/pki/etcd/ca.crt \
  --client-cert-auth=true \
  --peer-cert-file=/etc/etcd/pki/etcd/peer.crt \
  --peer-key-file=/etc/etcd/pki/etcd/peer.key \
  --peer-trusted-ca-file=/etc/etcd/pki/etcd/ca.crt \
  --peer-client-cert-auth=true \
  --tls-min-version=TLS1.2 \
  --cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
Restart=always
RestartSec=2
# The first start waits for a quorum of the members, which start at their own time.
TimeoutStartSec=infinity
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
END_OF_FILE
  put '/etc/systemd/system/etcd.service.d/data.conf' 0644 <<'END_OF_FILE'
[Unit]
RequiresMountsFor=/var/lib/etcd

[Service]
ExecStartPre=+/bin/sh -c 'if [ -e /var/lib/keelson/etcd-member ] && { [ ! -d /var/lib/etcd/member ]; }; then echo "/var/lib/etcd/member is not there, where this member of etcd has had its data: it does not start, for an empty one would be another cluster. Mount the disk, or bring the data back: then it starts by itself. Where other members are well, and the data is gone for good, mark the machine as lost, run up, take that back, and run up: it joins anew." >&2; exit 1; fi'
ExecStartPost=-+/bin/sh -c 'stat -c %%m /var/lib/etcd >/var/lib/keelson/etcd-member; sed -i s/=new$$/=existing/ /etc/etcd/beginning.env'
END_OF_FILE
}
remove_files() {
  remove_file '/etc/systemd/system/etcd.service.d/data.conf'
  remove_file '/etc/systemd/system/etcd.service'
}

# Here is the text of components/etcd/etcd.sh.

main "$@" </dev/null
exit
