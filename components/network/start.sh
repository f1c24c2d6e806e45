# How flannel's container starts: flanneld, and beside it what tells the runtime of the network. It tells once flanneld has a subnet, and not
# before: a node that calls itself ready too early fails its first pods, and they wait out a back-off. The rename makes the file appear
# whole. It is no hook of the container: a kubelet that is restarted before it has run the hook never runs it. The sh of flannel's image runs this.

announce() {
  until [ -s /run/flannel/subnet.env ]; do sleep 0.2; done
  cp @CONFIG_DIRECTORY@/cni-conf.json /etc/cni/net.d/.10-flannel.conflist.new
  mv /etc/cni/net.d/.10-flannel.conflist.new /etc/cni/net.d/10-flannel.conflist
}

# flanneld keeps the link of an earlier start with the MTU that it had, and tells pods of another. Where the stack sets none, it takes that of the
# machine's own link, less what vxlan wraps. What of this fails is flanneld's matter, such as a link that is not there yet.
resize() {
  wrapping=@WRAPPING@
  wire=$(busybox sed -n 's/.*"MTU":\([0-9]*\).*/\1/p' @CONFIG_DIRECTORY@/net-conf.json)
  [ -n "$wire" ] || wire=$(busybox ip -4 addr show to "$HOST_IP" | busybox sed -n 's/.* mtu \([0-9]*\) .*/\1/p')
  busybox ip link set dev flannel.1 mtu "$((wire - wrapping))"
}

(resize) 2>/dev/null || true
announce &
exec /opt/bin/flanneld "$@"
