# How flannel's container starts: flanneld, and beside it what tells the runtime of the network. It tells once flanneld has a subnet, and not
# before: a node that calls itself ready too early fails its first pods, and they wait out a back-off. The rename makes the file appear
# whole. It is no hook of the container: a kubelet that is restarted before it has run the hook never runs it. The sh of flannel's image runs this.

announce() {
  until [ -s /run/flannel/subnet.env ]; do sleep 0.2; done
  cp @CONFIG_DIRECTORY@/cni-conf.json /etc/cni/net.d/.10-flannel.conflist.new
  mv /etc/cni/net.d/.10-flannel.conflist.new /etc/cni/net.d/10-flannel.conflist
}

announce &
exec /opt/bin/flanneld "$@"
