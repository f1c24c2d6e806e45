# The kubelet as a unit, with the files that it reads when it starts.
# Reads: KUBELET_CONFIG_FILE

# for_kubelet FUNCTION: calls it with the unit and its files.
for_kubelet() { "$1" kubelet.service "$KUBELET_CONFIG_FILE" /etc/systemd/system/kubelet.service /usr/local/bin/kubelet; }
