# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-3-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/endpoint/servers.sh.

# Here is the text of components/endpoint/yield.sh.

# Here is the text of components/certificates/trust.sh.

# Here is the text of components/kubelet/request.sh.

# Here is the text of components/node/cordon.sh.

# Here is the text of components/node/rollout/drain.sh.

# Here is the text of components/node/rollout/authorities.sh.

readonly NODE='master-3'

readonly RELEASE='1.36.3'

readonly DRAIN='true'

readonly DRAIN_SECONDS='120'

readonly VIRTUAL_ADDRESS='192.0.2.10'

readonly -a REVISIONS=('2ed3ce5eed9dabd9' 'df1c03b1d4a3e922')

readonly AUTHORITIES='1'

readonly KUBELET_CONFIG_FILE='/etc/kubernetes/kubelet-config.yaml'

readonly PROGRAM='its digest'

readonly CA_CRT='dGhlIGNsdXN0ZXIncyBhdXRob3JpdHk='

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/node/rollout/rollout.sh.

main "$@" </dev/null
exit
