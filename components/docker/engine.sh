# What others ask of a machine's Docker Engine.

# engine_is_ours: its package came for the cluster, and the engine goes with it, with all that it has.
engine_is_ours() { has_packages docker docker.io docker-ce; }

# cgroup_driver: the one that Docker runs on, or will when it has read its settings: the kubelet and containerd must have the same.
cgroup_driver() {
  local file driver
  file=$(as_deferred /etc/docker/daemon.json)
  driver=$(sed -n 's/.*native\.cgroupdriver=\([a-z]*\).*/\1/p' "$file" 2>/dev/null) || true
  [ -n "$driver" ] || wait_for 60 "Docker's daemon to answer" docker_tells_driver ||
    die "the Docker Engine of $(hostname) does not say which cgroup driver it has: see docker info there"
  printf '%s\n' "$driver"
}

# Without its daemon, the client prints an empty line, and may call that a success.
docker_tells_driver() { driver=$(timeout 10 docker info --format '{{.CgroupDriver}}') && [ -n "$driver" ]; }
