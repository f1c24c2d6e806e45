# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-2-join'

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/kubelet/unit.sh.

readonly NODE='worker-2'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBzp+j9lwXLx3+PcTOuB+CSnm0RRs9qQ4LRU6nptQzO8'

readonly TAINTS=''

readonly ENDPOINT='127.0.0.1:6444'

readonly KUBELET_CONFIG_FILE='/etc/kubernetes/kubelet-config.yaml'

readonly IGNORED_CHECKS=''

readonly PROGRAM='its digest'

readonly TOKEN_ID='aaaaaa'

readonly JOIN_CONFIG='apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery:
  bootstrapToken:
    apiServerEndpoint: 127.0.0.1:6444
    token: aaaaaa.aaaaaaaaaaaaaaaa
    caCertHashes:
      - sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
nodeRegistration:
  name: worker-2
  criSocket: unix:///run/containerd/containerd.sock
  imagePullPolicy: IfNotPresent
'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/node/join.sh.

main "$@" </dev/null
exit
