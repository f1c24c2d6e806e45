# Which cgroup driver Docker runs on, or will when it has read its settings: the kubelet and containerd must have the same.

cgroup_driver() {
  sed -n 's/.*native\.cgroupdriver=\([a-z]*\).*/\1/p' /etc/docker/daemon.json | grep . || docker info --format '{{.CgroupDriver}}'
}
