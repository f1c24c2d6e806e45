# A change of all that a control plane at work is made by: kubeadm writes its manifests anew, and its servers go over to them.
# Reads: LOG MANIFESTS PROXY SERVERS FOREIGN

# change_manifests: one server after the other, so that none is ever newer than the API server that it speaks to. Nothing is to do where
# there is no control plane yet.
change_manifests() {
  local server tried configuration
  [ -e "$MANIFESTS/kube-apiserver.yaml" ] && kubelet_is_joined || return 0
  configuration=$(server_configuration)
  before_manifests || init_failed
  for server in $(in_order); do
    write_manifest "$server" || init_failed
    # shellcheck disable=SC2034 # manifests.sh reads it.
    tried=
    wait_for 150 "$server to be up on its manifest" settled "$server" || true
    is_up "$server" || manifests_failed "$server"
  done
  rewritten=" "
  keep_address
  # It looks after the servers every few seconds, and what follows asks by way of it.
  wait_for 30 "this node's proxy to lead to the API" api_ready "$PROXY" || true
}

# restart_readers: servers that read one of the files in FOREIGN: nobody knows what they have read.
restart_readers() {
  local file server pid touched
  [ -e "$FOREIGN" ] || return 0
  mapfile -t touched <"$FOREIGN"
  for server in "${SERVERS[@]}"; do
    for file in "${touched[@]}"; do
      if ! grep -qsF -- "$file" "$MANIFESTS/$server.yaml" || ! pid=$(server_process "$server"); then continue; fi
      log "$server restarts: it may have read what somebody else had written into $file"
      [ "$server" != kube-apiserver ] || yield_address
      start_again "$server" "$pid" ||
        die "$server of $(hostname) does not come up again: see crictl logs or docker logs of it there. No other master was touched"
      keep_address
      break
    done
  done
  rm -f "$FOREIGN"
}

# in_order: the API server first, but where it becomes an older release.
in_order() {
  local now next
  now=$(sed -n 's/^ *image: .*:v//p' "$MANIFESTS/kube-apiserver.yaml")
  next=$(sed -n 's/^kubernetesVersion: v//p' <<<"$configuration")
  if [ -z "$next" ] || [ "$(printf '%s\n' "$now" "$next" | sort -V | tail -n 1)" = "$next" ]; then
    printf '%s\n' "${SERVERS[@]}"
  else
    printf '%s\n' "${SERVERS[@]}" | tac
  fi
}

before_manifests() {
  (umask 077 && : >"$LOG")
  # Images that are missing are pulled before a server is stopped for them; whatever else it finds, init does as well.
  kubeadm init phase preflight --ignore-preflight-errors all --config /dev/stdin <<<"$configuration" >>"$LOG" 2>&1 || true
  kubeadm init phase certs all --config /dev/stdin <<<"$configuration" >>"$LOG" 2>&1
}

# write_manifest SERVER: as kubeadm would write it, but at once and whole; fails where that cannot be.
write_manifest() {
  local directory status=0
  directory=$(mktemp -d)
  KUBEADM_INIT_DRYRUN_DIR=$directory as_servers_are kubeadm init phase control-plane "${1#kube-}" --dry-run --config /dev/stdin \
    <<<"$configuration" >>"$LOG" 2>&1 || status=1
  [ "$status" != 0 ] || is_manifest "$directory/$1.yaml" "$MANIFESTS/$1.yaml" || replace_manifest "$1" "$directory/$1.yaml" || status=1
  rm -rf "$directory"
  return "$status"
}

is_manifest() { cmp -s "$1" "$2" && [ "$(stat -c %a:%U "$2")" = "600:$(id -un)" ]; }

replace_manifest() {
  [ "$1" != kube-apiserver ] || yield_address
  put_manifest "$2" || return
  rewritten+="$1 "
}
