# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='etcd-authority'

# Here is the text of components/artifacts/fetch.sh.

# Here is the text of components/artifacts/install.sh.

# Here is the text of components/artifacts/versions.sh.

readonly -a PROGRAMS=('kubeadm binary /usr/local/lib/keelson /opt/keelson/bundle/bin/kubeadm 1111111111111111111111111111111111111111111111111111111111111111 - -')

readonly CERTIFICATE_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 172.30.0.11
nodeRegistration:
  name: master-1
  criSocket: unix:///run/none.sock
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
certificatesDir: /run/keelson/etcd-authority
etcd:
  local:
    serverCertSANs: &a1
      - master-1
      - 172.30.0.11
    peerCertSANs: *a1
'

readonly DIRECTORY='/run/keelson/etcd-authority'

readonly FOUNDERS='master-1=https://172.30.0.11:2380'

readonly MARK='/var/lib/keelson/etcd-member'

readonly GENERATION='1'

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/etcd/authority.sh.

main "$@" </dev/null
exit
