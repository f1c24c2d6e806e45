# Which cgroup driver Docker runs on, or will when it has read its settings: the kubelet and containerd must have the same.

cgroup_driver() {
  local file
  file=$(as_deferred /etc/docker/daemon.json)
  sed -n 's/.*native\.cgroupdriver=\([a-z]*\).*/\1/p' "$file" | grep . || docker info --format '{{.CgroupDriver}}'
}
