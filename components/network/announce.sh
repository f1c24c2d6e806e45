# Tells the runtime of the network once flanneld has a subnet, and not before: a node that calls itself ready too early fails its
# first pods, and they wait out a back-off. The rename makes the file appear whole. The sh of flannel's image runs it.

set -eu
tries=0
until [ -s /run/flannel/subnet.env ]; do
  tries=$((tries + 1))
  [ "$tries" -le 600 ] || { echo "flanneld got no subnet within 120 s"; exit 1; }
  sleep 0.2
done
cp @CONFIG_DIRECTORY@/cni-conf.json /etc/cni/net.d/.10-flannel.conflist.new
mv /etc/cni/net.d/.10-flannel.conflist.new /etc/cni/net.d/10-flannel.conflist
