# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-authority'

readonly KUBEADM_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 172.30.0.11
nodeRegistration:
  name: authority
  criSocket: unix:///run/none.sock
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: golden-small
kubernetesVersion: v1.36.3
controlPlaneEndpoint: 127.0.0.1:6444
certificatesDir: /run/keelson/authority
'

readonly DIRECTORY='/run/keelson/authority'

readonly GENERATION='1'

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/master/authority.sh.

main "$@" </dev/null
exit
