# Refuses an unfit machine before anything is changed on it, with everything that is wrong.
# Reads: SWAP_ALLOWED PORTS ROLES ADDRESS ADOPT DOCKER_PACKAGES DISK_PERCENT CLUSTER

look() {
  problems=()
  check_owner
  check_name
  check_fitness
  check_others
  ! declare -F guard >/dev/null || guard
  if [ "${#problems[@]}" -gt 0 ]; then
    log "$(hostname) is not fit, and nothing was changed on it:"
    printf '  - %s\n' "${problems[@]}" >&2
    exit 1
  fi
}

up() {
  printf '%s\n' "${ROLES[*]}" >"$STATE/fit"
  # What the cluster is known by, and for people the stack that it was made for.
  [ -z "$CLUSTER" ] || [ -s "$STATE/cluster" ] || printf '%s\n' "$CLUSTER" | put "$STATE/cluster" 0600
  ln -sfn "scripts/$SCRIPT/undo" "$STATE/undo"
  # A machine that was rebuilt is no node, and one that is known by another key is still the one that it was.
  [ -e /etc/kubernetes/kubelet.conf ] && echo "joined yes" || echo "joined no"
}

# Nobody takes a machine over: what would be rebuilt here is another cluster's.
check_owner() {
  local owner
  [ -n "$CLUSTER" ] && [ -s "$STATE/cluster" ] || return 0
  owner=$(cat "$STATE/cluster")
  [ "$owner" = "$CLUSTER" ] ||
    problem "it is of the cluster of stack \"${owner#* }\" (${owner%% *}), and not of this one (${CLUSTER%% *}): use the state of that stack, or remove it from that cluster first (pulumi destroy; bash $STATE/undo where its state is lost)"
}

# Two lines of machines are two machines: what one of them takes out again would be the other's.
check_name() {
  local other
  for other in "$STATE"/scripts/*-preflight; do
    if [ "${other##*/}" = "$SCRIPT" ] || ! grep -qs '^done ' "$other/ran"; then continue; fi
    other=$(basename "$other" -preflight)
    problem "it is the machine \"$other\" already: take one of the two lines out of machines; where \"$other\" is a name that it had before, run bash $STATE/undo there first"
  done
}

problem() { problems+=("$*"); }

down() {
  undo_scripts
  rm -rf --one-file-system "$STATE" /run/keelson
}
