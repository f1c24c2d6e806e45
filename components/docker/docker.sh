# Docker Engine, and the CRI endpoint for the kubelet: cri-dockerd, or the containerd that Docker runs on.
# Reads: PACKAGES RUNTIME CONTAINERD_CONFIG PROGRAMS

up() {
  remember_forward_policy
  write_files
  # The distribution's package runs the engine on the daemon.json that lies there already.
  case $PACKAGES in
  distribution) install_engine_of_distribution ;;
  docker) install_engine_of_docker ;;
  esac
  run_unit_in_turn docker.service /etc/docker/daemon.json
  wait_for 60 "Docker's daemon to answer" docker info || unit_failed docker.service
  case $RUNTIME in
  docker) run_cri_dockerd ;;
  containerd) run_containerd ;;
  esac
  log "Docker $(docker info --format '{{.ServerVersion}}') runs"
}

install_engine_of_distribution() {
  # Newer releases have the client in a package of its own.
  if [ -n "$(apt-cache show docker-cli 2>/dev/null)" ]; then
    install_packages docker docker.io docker-cli
  else
    install_packages docker docker.io
  fi
}

install_engine_of_docker() {
  local id codename
  id=$(. /etc/os-release && printf '%s' "$ID")
  codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  if [ ! -e /etc/apt/keyrings/docker.asc ]; then
    curl -fsSL --retry 3 "https://download.docker.com/linux/$id/gpg" | put /etc/apt/keyrings/docker.asc 0644
  fi
  put /etc/apt/sources.list.d/docker.list 0644 <<EOF
deb [arch=$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/$id $codename stable
EOF
  [ -n "$(apt-cache show docker-ce 2>/dev/null)" ] || apt_get update
  install_packages docker docker-ce docker-ce-cli containerd.io
}

run_cri_dockerd() {
  install_programs
  run_unit cri-docker.socket /etc/systemd/system/cri-docker.socket
  run_unit_in_turn cri-docker.service /etc/systemd/system/cri-docker.service /usr/local/bin/cri-dockerd
}

run_containerd() {
  local systemd_cgroup=false
  [ "$(cgroup_driver)" != systemd ] || systemd_cgroup=true
  sed -e "s/@SYSTEMD_CGROUP@/$systemd_cgroup/" -e "s/@RESTRICT_OOM_SCORE_ADJ@/$(oom_scores_fixed)/" \
    <<<"$CONTAINERD_CONFIG" | put /etc/containerd/config.toml 0644
  run_unit_in_turn containerd.service /etc/containerd/config.toml
  wait_for 30 "containerd's CRI to answer" ctr --address /run/containerd/containerd.sock plugins list || unit_failed containerd.service
}

# CAP_SYS_RESOURCE, capability 24, is what it takes to lower an OOM score.
oom_scores_fixed() {
  local bounding
  bounding=$(sed -n 's/^CapBnd:\s*//p' /proc/self/status)
  if ((0x$bounding >> 24 & 1)); then echo false; else echo true; fi
}

# Docker sets the policy of the FORWARD chain to DROP and leaves it so.
remember_forward_policy() {
  mkdir -p "$STATE"
  [ -e "$STATE/forward" ] || iptables -S FORWARD 2>/dev/null | sed -n 's/^-P FORWARD //p' >"$STATE/forward"
}

down() {
  local unsettled=()
  ! changed /etc/docker/daemon.json || unsettled+=(docker.service)
  ! changed /etc/containerd/config.toml || unsettled+=(containerd.service)
  stop_unit cri-docker.service cri-docker.socket
  remove_programs
  remove_file /etc/containerd/config.toml
  remove_files
  systemctl daemon-reload
  if has_packages docker; then
    remove_engine
  elif [ "${#unsettled[@]}" -gt 0 ]; then
    # An engine that was here before runs on its own settings again.
    systemctl try-restart "${unsettled[@]}" 2>/dev/null || true
  fi
  remove_file /etc/apt/sources.list.d/docker.list
  remove_file /etc/apt/keyrings/docker.asc
  remove_empty /etc/docker
}

remove_engine() {
  # Containers outlive their daemon, and so does what is mounted for them.
  docker ps --all --quiet 2>/dev/null | xargs -r docker rm --force >/dev/null 2>&1 || true
  stop_unit docker.socket docker.service containerd.service
  awk '$2 ~ "^(/run|/var/lib)/docker/" { print $2 }' /proc/mounts | sort -r | xargs -r umount
  remove_packages docker
  rm -rf /var/lib/docker /var/lib/containerd /var/lib/cri-dockerd /run/docker /run/containerd /opt/containerd /etc/docker/key.json
  ip link delete docker0 2>/dev/null || true
  iptables_without 'DOCKER|docker0'
  [ ! -s "$STATE/forward" ] || iptables -P FORWARD "$(cat "$STATE/forward")"
}
