# Refuses an unfit machine before anything is changed on it, with everything that is wrong.
# Reads: SWAP_ALLOWED PORTS ROLES ADDRESS ADOPT DOCKER_PACKAGES DISK_PERCENT

up() {
  problems=()
  # A machine that this program has changed before was fit then; what it checks now would be its own work.
  [ -e "$STATE/fit" ] || check_fitness
  ! declare -F guard >/dev/null || guard
  if [ "${#problems[@]}" -gt 0 ]; then
    log "$(hostname) is not fit, and nothing was changed on it:"
    printf '  - %s\n' "${problems[@]}" >&2
    exit 1
  fi
  mkdir -p "$STATE"
  chmod 0700 "$STATE"
  touch "$STATE/fit"
}

problem() { problems+=("$*"); }

down() {
  rm -rf "$STATE" /run/keelson
}
