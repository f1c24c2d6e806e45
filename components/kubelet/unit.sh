# The kubelet as a unit, with the files that it reads when it starts.
# Reads: KUBELET_CONFIG_FILE

# shellcheck disable=SC2034 # for the scripts that use this one
readonly KUBELET_UNIT=(kubelet.service "$KUBELET_CONFIG_FILE" /etc/systemd/system/kubelet.service /usr/local/bin/kubelet)
