# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='credentials'

readonly -a SECRETS=()

# Here is the text of components/certificates/trust.sh.

readonly KUBEADM_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: "@CLUSTER_NAME@"
kubernetesVersion: "@RELEASE@"
controlPlaneEndpoint: 127.0.0.1:6444
'

readonly ADMINISTRATOR='1'

readonly VALIDITY='31536000'

readonly AUTHORITIES='1'

readonly RESTORED='0'

readonly PROGRAM='its digest'

readonly GOOD_UNTIL='0'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/certificates/credentials.sh.

main "$@" </dev/null
exit
