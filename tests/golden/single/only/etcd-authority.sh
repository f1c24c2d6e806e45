# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='etcd-authority'

# Here is the text of components/artifacts/fetch.sh.

# Here is the text of components/artifacts/install.sh.

# Here is the text of components/artifacts/versions.sh.

readonly -a PROGRAMS=('kubeadm binary /usr/local/lib/keelson https://dl.k8s.io/release/v1.36.3/bin/linux/amd64/kubeadm bba1733c701bf70ec74ba1cc3fd5745404c1134a8a4b0a5f8560cc9832023421 https://dl.k8s.io/release/v1.36.3/bin/linux/arm64/kubeadm 276cfbdc43b10fef663288cc1ed76abf77b1b7f700e9f1c053cb5dc3115484de')

readonly CERTIFICATE_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 192.0.2.10
nodeRegistration:
  name: only
  criSocket: unix:///run/none.sock
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
certificatesDir: /run/keelson/etcd-authority
etcd:
  local:
    serverCertSANs: &a1
      - only
      - 192.0.2.10
    peerCertSANs: *a1
'

readonly DIRECTORY='/run/keelson/etcd-authority'

readonly FOUNDERS='only=https://192.0.2.10:2380'

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
