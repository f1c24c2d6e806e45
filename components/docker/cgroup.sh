# Which cgroup driver Docker runs on, or will when it has read its settings: the kubelet and containerd must have the same.

cgroup_driver() {
  local file=/etc/docker/daemon.json
  # New settings wait for the machine's turn.
  [ ! -e "$STATE/units/docker.service.next$file" ] || file=$STATE/units/docker.service.next$file
  sed -n 's/.*native\.cgroupdriver=\([a-z]*\).*/\1/p' "$file" | grep . || docker info --format '{{.CgroupDriver}}'
}
