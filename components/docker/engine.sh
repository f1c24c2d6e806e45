# What others ask of a machine's Docker Engine.

# engine_is_ours: its package came for the cluster, and the engine goes with it, with all that it has.
engine_is_ours() { has_packages docker docker.io docker-ce; }

# cgroup_driver: the one that Docker runs on, or will when it has read its settings: the kubelet and containerd must have the same.
cgroup_driver() {
  local file
  file=$(as_deferred /etc/docker/daemon.json)
  sed -n 's/.*native\.cgroupdriver=\([a-z]*\).*/\1/p' "$file" | grep . || docker info --format '{{.CgroupDriver}}'
}
