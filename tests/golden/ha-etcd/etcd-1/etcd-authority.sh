# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='etcd-authority'

# Here is the text of components/artifacts/fetch.sh.

# Here is the text of components/artifacts/install.sh.

# Here is the text of components/artifacts/versions.sh.

readonly -a PROGRAMS=('kubeadm binary /usr/local/lib/keelson /srv/bundle/bin/kubeadm 1111111111111111111111111111111111111111111111111111111111111111 - -')

readonly CERTIFICATE_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.0.2.21
nodeRegistration:
  name: etcd-1
  criSocket: unix:///run/none.sock
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
certificatesDir: /run/keelson/etcd-authority
etcd:
  local:
    serverCertSANs: &a1
      - etcd-1
      - 192.0.2.21
    peerCertSANs: *a1
'

readonly DIRECTORY='/run/keelson/etcd-authority'

readonly FOUNDERS='etcd-1=https://192.0.2.21:2380,etcd-2=https://192.0.2.22:2380,etcd-3=https://192.0.2.23:2380'

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
