# Taking a machine out of its cluster, as far as the machine itself goes.
# Reads: CRI_SOCKET

# What the kubelet, its pods and their network make, and directories in which others may have files of their own as well.
readonly MADE_FOR_PODS=(/var/lib/kubelet /var/lib/cni /var/lib/dockershim /run/flannel /var/log/pods /var/log/containers
  /etc/kubernetes/pki /etc/kubernetes/tmp /opt/cni/bin/flannel)
readonly MADE_FOR_ALL=(/etc/cni/net.d /etc/cni /opt/cni/bin /opt/cni /usr/libexec/kubernetes)

# kube-proxy lets packets to 127.0.0.1 in, for NodePorts there, and has a rule that drops those that come over a link (CVE-2020-8558).
readonly WAY_TO_LOOPBACK=net.ipv4.conf.all.route_localnet

# close_loopback_later: it goes back to what the kernel begins with when the rule goes.
close_loopback_later() { remember_setting kubelet "$WAY_TO_LOOPBACK" 0; }

# remember_before_node BEGUN: as remember_found, for all of these. What others have in the kubelet's directory is known by its name as well, for
# they may renew it.
remember_before_node() {
  remember_found "$1" "${MADE_FOR_PODS[@]}" "${MADE_FOR_ALL[@]}"
  [ "$1" = true ] || find /var/lib/kubelet -mindepth 1 -maxdepth 1 -printf '%f\0' >"$STATE/kubelet-found" 2>/dev/null || true
}

leave_cluster() {
  local name link none=/run/keelson/no-certificates
  touch "$STATE/leaving"
  # What it was for ends here.
  rm -rf "$SCRIPTS"/*-join
  set_static_pods_aside
  set_files_aside
  # With the etcd phase kubeadm would empty /var/lib/etcd, whoever's it is (kubeadm issue 3225), and it empties the directory of certificates.
  if command -v kubeadm >/dev/null; then
    mkdir -p "$none"
    kubeadm reset --force --skip-phases=remove-etcd-member --cert-dir "$none" --cri-socket="$CRI_SOCKET" >&2 ||
      die "kubeadm reset failed on $(hostname): its output is above"
    rmdir "$none"
  fi
  systemctl stop --quiet kubelet.service 2>/dev/null || true
  remove_routes
  # An address of a pod is kept by the name of the network, also where others keep theirs.
  rm -rf /var/lib/cni/networks/cbr0 /var/lib/cni/flannel
  remove_ours "${MADE_FOR_PODS[@]}"
  remove_certificates
  put_files_back
  for name in admin super-admin kubelet bootstrap-kubelet controller-manager scheduler; do
    rm -f "/etc/kubernetes/$name.conf"
  done
  remove_empty /etc/kubernetes/manifests
  rm -f /etc/cni/net.d/10-flannel.conflist /etc/cni/net.d/.10-flannel.conflist.new
  was_found /usr/libexec/kubernetes || find /usr/libexec/kubernetes -depth -type d -empty -delete 2>/dev/null || true
  remove_if_empty /etc/cni/net.d /etc/cni
  for link in cni0 flannel.1 kube-ipvs0; do ip link delete "$link" 2>/dev/null || true; done
  restore_setting "$STATE/sysctl/kubelet/$WAY_TO_LOOPBACK"
  iptables_without '^(KUBE-|FLANNEL-)'
  # The plugins of another network that is configured here by now have chains of the same names.
  [ -n "$(ls -A /etc/cni/net.d 2>/dev/null)" ] || iptables_without '^CNI-'
  rm -f "$STATE/leaving"
}

# is_leaving: that was cut off.
is_leaving() { [ -e "$STATE/leaving" ]; }

# was_node: something of a node is here, also where somebody has taken /etc/kubernetes away.
was_node() {
  [ ! -d /etc/kubernetes/pki ] || return 0
  was_in_use /var/lib/kubelet || [ ! -d /var/lib/kubelet/pki ] || return 0
  was_in_use /var/lib/cni || [ ! -d /var/lib/cni/flannel ] || return 0
  was_in_use /run/flannel || [ ! -d /run/flannel ] || return 0
  return 1
}

# Where others have files in the directory as well, those of the cluster go by their names.
remove_certificates() {
  local name
  for name in ca apiserver apiserver-kubelet-client apiserver-etcd-client front-proxy-ca front-proxy-client sa; do
    rm -f /etc/kubernetes/pki/"$name".{crt,key,pub}
  done
}

# kubeadm empties the kubelet's directory. What was there before the machine was a node, such as the credentials of a registry or profiles of
# seccomp, waits here. kubeadm takes off what is mounted in there, and so does this, for a move to another file system would empty it.
set_files_aside() {
  local file aside
  was_in_use /var/lib/kubelet || return 0
  (umask 077 && mkdir -p "$STATE/others")
  while read -r -d '' file; do
    if ! is_of_others "$file" || mountpoint -q "$file"; then continue; fi
    unmount_below "$file" || continue
    aside=$STATE/others/${file##*/}
    # Cut off on the way to another file system: what is left here is whole.
    if is_there "$aside"; then cp -aT "$file" "$aside" && rm -rf "$file"; else mv -T "$file" "$aside"; fi
  done < <(find /var/lib/kubelet -mindepth 1 -maxdepth 1 -print0)
}

# is_of_others FILE: in the kubelet's directory, by its age or by its name. Directories that a kubelet works in, and files that it or kubeadm
# writes anew, are this one's by now.
is_of_others() {
  local name=${1##*/} works=' pki pods plugins plugins_registry pod-resources device-plugins checkpoints image_manager '
  local writes=' config.yaml instance-config.yaml kubeadm-flags.env graceful_node_shutdown_state '
  [[ $works != *" $name "* ]] || return 1
  ! is_older "$1" || return 0
  [[ $writes != *" $name "* && $name != *_manager_state && $name != *_pods_state ]] && grep -qszxF -- "$name" "$STATE/kubelet-found"
}

unmount_below() { mounts_below "$1" | sort -r | xargs -r -d '\n' umount; }

put_files_back() {
  [ -d "$STATE/others" ] || return 0
  mkdir -p /var/lib/kubelet
  find "$STATE/others" -mindepth 1 -maxdepth 1 -exec mv -f -t /var/lib/kubelet {} +
  rmdir "$STATE/others"
}

remove_shared_directories() { remove_if_empty "${MADE_FOR_ALL[@]}"; }

# kubeadm empties the directory: what others have put there is kept beside it.
set_static_pods_aside() {
  local file backup=''
  for file in /etc/kubernetes/manifests/*; do
    case ${file##*/} in
    '*' | kube-apiserver.yaml | kube-controller-manager.yaml | kube-scheduler.yaml) continue ;;
    esac
    backup=${backup:-/etc/kubernetes/manifests.backup-$(date +%Y%m%d-%H%M%S)}
    mkdir -p "$backup"
    mv "$file" "$backup/"
    log "moved $file to $backup/: it is not of this cluster"
  done
}

# With the backend host-gw, the ways to other nodes' pods lead over links that stay.
remove_routes() {
  local network route
  network=$(sed -n 's/^FLANNEL_NETWORK=//p' /run/flannel/subnet.env 2>/dev/null || true)
  [ -n "$network" ] || return 0
  while read -r route; do
    # shellcheck disable=SC2086 # a route is several words
    ip -4 route delete $route 2>/dev/null || true
  done < <(ip -4 route show root "$network" | grep ' via ' || true)
}
