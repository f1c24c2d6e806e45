# Packages of the distribution: what is installed for a script goes with it, and nothing else does. How a distribution
# installs stands in a file of its own with the pkg_ functions: apt.sh.

# Packages whose configuration was here before they came: it stays when they go.
readonly OTHERS_CONFIGURED=$STATE/installed/configured

# install_packages OWNER PACKAGE...: those that are not there, from the distribution, with what they need. What comes is
# written down for remove_packages; nothing is removed for it, and what others install is theirs.
install_packages() {
  local owner=$1 package missing=()
  shift
  for package; do note package "$package"; done
  hold_packages
  pkg_settle "$owner" "$@"
  for package; do pkg_installed "$package" || missing+=("$package"); done
  if [ "${#missing[@]}" -gt 0 ]; then
    mkdir -p "$STATE/installed"
    log "installing packages: ${missing[*]}"
    pkg_install "$STATE/installed/$owner" "$OTHERS_CONFIGURED" "${missing[@]}" ||
      die "the packages ${missing[*]} could not be installed on $(hostname): see the package manager's output above"
  fi
  release_packages
}

# has_packages OWNER PACKAGE...: any of the PACKAGEs came for OWNER.
has_packages() {
  local owner=$1 old=$STATE/packages/$1 package
  shift
  for package; do
    ! grep -qsxF "$package" "$STATE/installed/$owner" "$old" || return 0
    if [ -e "$old.before" ] && pkg_installed "$package" && ! grep -qxF "$package" "$old.before"; then return 0; fi
  done
  return 1
}

# remove_packages OWNER PACKAGE...: what came for OWNER, who asked for the PACKAGEs, but for what another package needs: that
# is left and named, and asked for again by the next owner who leaves.
remove_packages() {
  local owner=$1 left=$STATE/installed/left ours=()
  shift
  hold_packages
  pkg_settle "$owner" "$@"
  if [ ! -e "$STATE/installed/$owner" ] && [ ! -e "$left" ]; then
    release_packages
    return
  fi
  mapfile -t ours < <(cat "$STATE/installed/$owner" "$left" 2>/dev/null | sort -u |
    comm -12 - <(pkg_list) | comm -23 - <(wanted_by_others "$@"))
  if [ "${#ours[@]}" -gt 0 ]; then
    pkg_purge "$OTHERS_CONFIGURED" "${ours[@]}"
    printf '%s\n' "${ours[@]}" | comm -12 - <(pkg_list) >"$left"
    if [ -s "$left" ]; then
      log "left on $(hostname), because other packages need them (see the package manager's output above): $(paste -sd ' ' "$left")"
    else
      rm -f "$left"
    fi
  fi
  rm -f "$STATE/installed/$owner"
  release_packages
}

# What came along with the PACKAGEs is marked as automatic, until somebody asks for it by name.
wanted_by_others() { pkg_asked_for | comm -23 - <(printf '%s\n' "$@" | sort -u); }

# What stays and what goes is found out by one script at a time.
hold_packages() {
  mkdir -p /run/keelson
  exec {packages_lock}>/run/keelson/packages.lock
  flock -w 900 "$packages_lock" || die "another script holds the packages of $(hostname): see what it waits for with ps -ef --forest"
}

release_packages() { exec {packages_lock}>&-; }

# install_idle OWNER UNIT PACKAGE: the package, whose own UNIT is not to start: its program runs under a unit of ours.
# Where it was installed before, its unit is left as it is.
install_idle() {
  local words
  if ! pkg_installed "$3"; then
    mkdir -p "$STATE/masked"
    touch "$STATE/masked/$2"
    # It warns of a unit that is still to come.
    words=$(systemctl mask --quiet --no-reload "$2" 2>&1) || die "the unit $2 of $(hostname) could not be masked: $words"
  fi
  install_packages "$1" "$3"
}

# remove_idle OWNER UNIT PACKAGE: the package goes, unless somebody has unmasked its UNIT, and may have a configuration for it.
remove_idle() {
  local now
  now=$(systemctl is-enabled "$2" 2>/dev/null) || true
  case $now in
  '' | masked* | not-found) ;;
  *)
    if [ -e "$STATE/masked/$2" ] && pkg_installed "$3"; then
      log "$3 stays on $(hostname), with its configuration: its own unit $2, which was masked, is $now"
      rm -f "$STATE/installed/$1" "$STATE/masked/$2"
      return
    fi
    ;;
  esac
  remove_packages "$1" "$3"
  if [ -e "$STATE/masked/$2" ]; then
    systemctl unmask --quiet "$2"
    rm -f "$STATE/masked/$2"
  fi
}
