# Docker Engine, and the CRI endpoint for the kubelet: cri-dockerd, or the containerd that Docker runs on.
# Reads: PACKAGES KEY_SHA256 RUNTIME CONTAINERD_CONFIG PROGRAMS ADOPT DATA_ROOT

readonly DATA=("$DATA_ROOT" /var/lib/containerd /var/lib/cri-dockerd /run/docker /run/containerd /opt/containerd /etc/docker/key.json)
# While it is there, an engine of ours is being removed; it names the units that were stopped for that.
readonly LEAVING=$STATE/engine-leaves

up() {
  local adopted=false
  # What comes now may be somebody's own.
  rm -f "$LEAVING"
  ! is_adopted || adopted=true
  remember_what_was_there
  write_files
  if [ "$adopted" = true ]; then
    wait_for 60 "Docker's daemon to answer" docker_answers || die "the Docker Engine of $(hostname), which is used as it is, does not answer: see docker info there"
  else
    install_engine
  fi
  install_programs
}

turn() {
  write_files
  link_programs
  if [ ! -e "$STATE/adopted" ]; then
    run_unit docker.service /etc/docker/daemon.json
    wait_for 60 "Docker's daemon to answer" docker_answers || unit_failed docker.service
  fi
  case $RUNTIME in
  docker) run_cri_dockerd ;;
  containerd) run_containerd ;;
  esac
  log "Docker $(timeout 10 docker info --format '{{.ServerVersion}}') runs"
}

# Before Docker is there: it makes directories, sets the policies of the FORWARD chains to DROP, has the kernel forward
# packets, and leaves all that so.
remember_what_was_there() {
  local begun=false setting
  if changed /etc/docker/daemon.json || engine_is_ours; then begun=true; fi
  [ "$begun" = true ] || ! is_leftover "$DATA_ROOT" || remember_empty "$DATA_ROOT"
  # containerd makes the directories of networks, in which others may have theirs.
  remember_found "$begun" "${DATA[@]}" /etc/cni/net.d /etc/cni
  [ "$begun" = false ] || return 0
  [ "$adopted" = true ] || [ ! -s /etc/docker/daemon.json ] ||
    log "the settings in /etc/docker/daemon.json of $(hostname) are kept aside: they come back when it leaves"
  remember_policy iptables forward
  remember_policy ip6tables forward6
  for setting in net.ipv4.ip_forward net.ipv6.conf.default.forwarding net.ipv6.conf.all.forwarding; do
    remember_setting docker "$setting"
  done
}

# is_leftover DIRECTORY: it has nothing but what Docker's packages leave there when they are purged: no container, volume or image, which
# its engine might be asked for again, and nothing that is not Docker's.
is_leftover() {
  local found
  [ -d "$1" ] || return
  found=$(
    find "$1/" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name nuke-graph-directory.sh ! -name engine-id ! -name containers ! -name image \
      ! -name volumes ! -name network ! -name overlay2 ! -name buildkit ! -name runtimes ! -name tmp ! -name trust ! -name swarm ! -name plugins
    find "$1"/{containers,swarm} "$1"/image/*/imagedb/content/sha256 -mindepth 1 -maxdepth 1 2>/dev/null || true
    find "$1/volumes" -mindepth 1 -maxdepth 1 ! -name metadata.db ! -name backingFsBlockDev 2>/dev/null || true
    find "$1/plugins" -mindepth 1 -maxdepth 1 ! -name storage ! -name tmp 2>/dev/null || true
  )
  [ -z "$found" ]
}

remember_policy() {
  [ ! -e "$STATE/$2" ] || return 0
  { "$1" -S FORWARD 2>/dev/null || true; } | sed -n 's/^-P FORWARD //p' >"$STATE/$2.new"
  mv "$STATE/$2.new" "$STATE/$2"
}

# An engine that others installed and work with stays theirs, whatever the configuration says later.
is_adopted() {
  if [ "$ADOPT" = true ]; then
    ! { changed /etc/docker/daemon.json || engine_is_ours; } ||
      die "adopt is true for $(hostname), but its Docker Engine is of keelson: take adopt out of its line under machines"
    mkdir -p "$STATE"
    touch "$STATE/adopted"
  elif [ -e "$STATE/adopted" ]; then
    die "$(hostname) runs on the Docker Engine that it had: leave adopt at true in its line under machines, or take the machine out first"
  else
    false
  fi
}

# The distribution's package runs the engine on the daemon.json that lies there already.
install_engine() {
  local ran=false
  ! systemctl is-active --quiet docker.service || ran=true
  case $PACKAGES in
  distribution) install_engine_of_distribution ;;
  docker) install_engine_of_docker ;;
  esac
  # Its package has just started it on the settings that lie there: it need not restart.
  [ "$ran" = true ] || ! systemctl is-active --quiet docker.service || note_start docker.service /etc/docker/daemon.json
  command -v docker >/dev/null || die "no package of Docker on $(hostname) has brought its client, the command docker: install it"
}

install_engine_of_distribution() {
  pkg_installed docker.io || pkg_available docker.io || true
  # Newer releases have the client in a package of its own, which is only recommended.
  if pkg_recommends docker.io docker-cli; then
    install_packages docker docker.io docker-cli
  else
    install_packages docker docker.io
  fi
}

install_engine_of_docker() {
  # A machine that has a source for it keeps to that: apt takes no two with different keys.
  if pkg_source_is_ours docker || ! has_source_of_docker; then add_source_of_docker; fi
  pkg_installed docker-ce || pkg_available docker-ce || true
  install_packages docker docker-ce docker-ce-cli containerd.io
}

has_source_of_docker() { pkg_listed docker-ce || pkg_names_source download.docker.com; }

add_source_of_docker() {
  local id url=https://download.docker.com/linux key=$STATE/docker.asc
  id=$(. /etc/os-release && printf '%s' "$ID")
  if ! pkg_has_key docker "$KEY_SHA256"; then
    artifact_fetch "the key of Docker's packages" "$url/$id/gpg" "$KEY_SHA256" "$key"
    pkg_add_key docker "$key"
    rm -f "$key"
  fi
  pkg_add_source docker "$url/$id"
}

run_cri_dockerd() {
  run_unit cri-docker.socket /etc/systemd/system/cri-docker.socket
  run_unit cri-docker.service /etc/systemd/system/cri-docker.service /usr/local/bin/cri-dockerd
}

run_containerd() {
  local driver systemd_cgroup=false
  driver=$(cgroup_driver)
  [ "$driver" != systemd ] || systemd_cgroup=true
  sed -e "s/@SYSTEMD_CGROUP@/$systemd_cgroup/" -e "s/@RESTRICT_OOM_SCORE_ADJ@/$(oom_scores_fixed)/" \
    <<<"$CONTAINERD_CONFIG" | put /etc/containerd/config.toml 0644
  run_unit containerd.service /etc/containerd/config.toml
  wait_for 30 "containerd's CRI to answer" ctr --address /run/containerd/containerd.sock plugins list || unit_failed containerd.service
}

# CAP_SYS_RESOURCE, capability 24, is what it takes to lower an OOM score.
oom_scores_fixed() {
  local bounding
  bounding=$(sed -n 's/^CapBnd:\s*//p' /proc/self/status)
  if ((0x$bounding >> 24 & 1)); then echo false; else echo true; fi
}

down() {
  local unsettled=() leaves=false
  # Its packages go first, and say no more that it is ours where this is cut off.
  if engine_is_ours || [ -e "$LEAVING" ]; then leaves=true; fi
  [ "$leaves" = false ] || wake_engine
  ! changed /etc/docker/daemon.json || unsettled+=(docker.service)
  ! changed /etc/containerd/config.toml || unsettled+=(containerd.service)
  stop_unit cri-docker.service cri-docker.socket
  remove_programs
  remove_file /etc/containerd/config.toml
  remove_files
  systemctl daemon-reload
  if [ "$leaves" = true ]; then
    touch "$LEAVING"
    remove_engine
  else
    # What came for an engine that was here before is not needed by it.
    remove_packages docker docker-cli docker-ce-cli containerd.io
    remove_ours /var/lib/cri-dockerd
  fi
  # An engine or a containerd that was here before runs on its own settings again.
  [ "${#unsettled[@]}" = 0 ] || systemctl try-restart "${unsettled[@]}" 2>/dev/null || true
  pkg_remove_source docker
  remove_empty /etc/docker
  rm -f "$STATE/adopted" "$LEAVING"
}

# Containers that outlive their daemon would run on without it, with people's directories mounted for them: only the daemon ends them, and
# on the settings that it has.
wake_engine() {
  command -v dockerd >/dev/null && pgrep --ns 1 --nslist mnt -f 'containerd-shim.* -namespace moby ' >/dev/null 2>&1 || return 0
  docker_answers >/dev/null 2>&1 || systemctl start docker.service || true
  wait_for 60 "Docker's daemon to answer" docker_answers ||
    die "containers run on $(hostname), and its Docker, which is to end them, does not answer: see journalctl -u docker there, mend it, or restart the machine, and run this again"
}

remove_engine() {
  local units=(docker.socket docker.service)
  ! has_packages docker containerd containerd.io || units+=(containerd.service)
  # Containers outlive their daemon, and so does what is mounted for them.
  if was_in_use "$DATA_ROOT"; then
    timeout 60 docker ps --quiet 2>/dev/null | xargs -r docker stop >/dev/null 2>&1 || true
  else
    timeout 60 docker ps --all --quiet 2>/dev/null | xargs -r docker rm --force >/dev/null 2>&1 || true
    # With the networks go their links and rules.
    timeout 60 docker network ls --quiet --filter type=custom 2>/dev/null | xargs -r docker network rm >/dev/null 2>&1 || true
  fi
  printf '%s\n' "${units[@]}" >>"$LEAVING"
  stop_unit "${units[@]}"
  # What others have mounted there, such as a disk for volumes, is no overlay.
  awk -v root="$DATA_ROOT/" '(index($2, "/run/docker/") == 1 || index($2, root) == 1) && $3 ~ "^(overlay|nsfs|tmpfs)$" { print $2 }' /proc/mounts | sort -r | xargs -r umount || true
  purge_engine
  if pkg_installed containerd || pkg_installed containerd.io; then
    ! grep -qxF containerd.service "$LEAVING" || systemctl enable --quiet --now containerd.service ||
      log "containerd, which others need on $(hostname), does not start: see journalctl -u containerd there"
  else
    remove_ours /var/lib/containerd /run/containerd /opt/containerd
  fi
  remove_ours "$DATA_ROOT" /var/lib/cri-dockerd /run/docker /etc/docker/key.json
  remove_if_empty /etc/cni/net.d /etc/cni
  ip link delete docker0 2>/dev/null || true
  iptables_without '^DOCKER' "$RULES_OF_DOCKER"
  restore_policy iptables forward
  restore_policy ip6tables forward6 || true
  restore_settings docker
}

# restore_policy COMMAND KEPT: where ufw is turned on by now, what it was told counts.
restore_policy() {
  local policy
  policy=$(cat "$STATE/$2" 2>/dev/null || true)
  if is_by_ufw; then
    policy=$(sed -n 's/^DEFAULT_FORWARD_POLICY="\?\(ACCEPT\|DROP\)"\?$/\1/p' /etc/default/ufw 2>/dev/null || true)
    [ "$1" = iptables ] || grep -qs '^IPV6=yes' /etc/default/ufw || policy=''
  fi
  [ -z "$policy" ] || "$1" -w 60 -P FORWARD "$policy"
}

# When purged, Debian's package runs a script over all data, whoever's it is: one that it has now or has left at an earlier
# removal.
purge_engine() {
  local left=/var/lib/docker/nuke-graph-directory.sh was_left=false
  [ ! -x "$left" ] || was_left=true
  chmod -f -x "$left" /usr/share/docker.io/contrib/nuke-graph-directory.sh || true
  remove_packages docker docker.io docker-cli docker-ce docker-ce-cli containerd.io
  [ "$was_left" = false ] || chmod +x "$left"
}

# Those that name none of its chains. Others may have rules of their own about docker0.
readonly RULES_OF_DOCKER='^-A (FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT|FORWARD -i docker0 (! )?-o docker0 -j ACCEPT|POSTROUTING -s [0-9a-f.:/]+ ! -o docker0 -j MASQUERADE)$'
