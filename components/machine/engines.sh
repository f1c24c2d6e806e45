# Engines of others at work on a machine, before anything is put on it: each fault is one line of `problems`.
# Reads: ADOPT DOCKER_PACKAGES

# Others' containers would run under another engine, or other settings, and end when the machine leaves.
check_engines() {
  local found=() finding
  # It hides its settings and its data from everybody else, and its rules would go with ours.
  [ ! -e /var/snap/docker ] ||
    problem "Docker of a snap is here (/var/snap/docker), beside which no other can work, and which cannot be adopted: snap remove docker"
  if [ "$ADOPT" = true ]; then
    timeout 30 docker info >/dev/null 2>&1 ||
      problem "adopt is true, and no Docker Engine answers here: install and start the one that is to be used, or take adopt out"
    return
  fi
  if command -v dockerd >/dev/null; then check_publisher; else check_packages; fi
  finding=$(work_of_docker) && found+=("$finding")
  finding=$(work_of_containerd) && found+=("$finding")
  finding=$(work_of_podman) && found+=("$finding")
  for finding in "${found[@]}"; do
    problem "$finding: take that away, or set adopt to true in the machine's line to have its own Docker Engine used as it is"
  done
}

check_publisher() {
  local package other
  case $DOCKER_PACKAGES in
  distribution) package=docker.io other=docker-ce ;;
  docker) package=docker-ce other=docker.io ;;
  esac
  ! pkg_installed "$package" || return 0
  if pkg_installed "$other"; then
    problem "$other is installed, and docker.packages asks for $package: change docker.packages, remove $other, or set adopt to true in the machine's line"
  else
    problem "$(command -v dockerd) is of no package $package: remove that Docker Engine, or set adopt to true in the machine's line"
  fi
}

# Parts of the other publisher's engine: nothing is removed for ours, and the package manager says no more than that.
check_packages() {
  local package others=() found=()
  case $DOCKER_PACKAGES in
  distribution) others=(containerd.io docker-ce-cli) ;;
  docker) others=(docker.io containerd runc) ;;
  esac
  for package in "${others[@]}"; do ! pkg_installed "$package" || found+=("$package"); done
  [ "${#found[@]}" = 0 ] ||
    problem "${found[*]} is installed, which Docker's packages from docker.packages ($DOCKER_PACKAGES) cannot be beside: remove ${found[*]}, change docker.packages, or set adopt to true in the machine's line"
}

work_of_docker() {
  local containers images swarm volumes data
  data=$(sed -n 's/.*"data-root" *: *"\([^"]*\)".*/\1/p' /etc/docker/daemon.json 2>/dev/null) || true
  data=${data:-/var/lib/docker}
  # Its client prints numbers without it as well, and may call that a success.
  if timeout 30 docker ps --quiet >/dev/null 2>&1 &&
    read -r containers images swarm < <(timeout 30 docker info --format '{{.Containers}} {{.Images}} {{.Swarm.LocalNodeState}}' 2>/dev/null); then
    volumes=$(timeout 30 docker volume ls --quiet | wc -l) || volumes="an unknown number of"
    [ "$containers $images $volumes ${swarm:-inactive}" != "0 0 0 inactive" ] || return 1
    echo "Docker is at work here, with $containers containers, $images images and $volumes volumes$([ "${swarm:-inactive}" = inactive ] || echo ", in a swarm")"
  else
    [ -n "$(find "$data"/containers "$data"/volumes "$data"/image/*/imagedb/content/sha256 -mindepth 1 -maxdepth 1 \
      ! -name metadata.db ! -name backingFsBlockDev -print -quit 2>/dev/null)" ] || return 1
    echo "$data has containers, volumes or images of a Docker that does not run"
  fi
}

# Docker's own namespace is Docker's matter.
work_of_containerd() {
  local namespace held names=()
  command -v ctr >/dev/null || return 1
  for namespace in $(timeout 30 ctr namespaces ls --quiet 2>/dev/null); do
    [[ $namespace != *moby ]] || continue
    held=$(timeout 30 ctr --namespace "$namespace" containers ls --quiet && timeout 30 ctr --namespace "$namespace" images ls --quiet) || held=unknown
    [ -z "$held" ] || names+=("$namespace")
  done
  [ "${#names[@]}" -gt 0 ] || return 1
  echo "containerd is at work here, in the namespaces ${names[*]}"
}

work_of_podman() {
  local containers
  command -v podman >/dev/null || return 1
  containers=$(timeout 30 podman ps --all --quiet 2>/dev/null | wc -l)
  [ "$containers" -gt 0 ] || return 1
  echo "Podman is at work here, with $containers containers"
}
