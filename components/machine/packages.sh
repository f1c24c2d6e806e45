# Packages of the distribution: what came for a script goes with it.

# install_packages OWNER PACKAGE...: from the distribution, with what they need; all that came is written down for
# remove_packages. What others install later is theirs.
install_packages() {
  local owner=$1 before=$STATE/packages/$1.before
  local package
  shift
  for package; do note package "$package"; done
  ! are_installed "$@" || return 0
  mkdir -p "$STATE/packages"
  [ -e "$before" ] || installed_packages >"$before"
  dpkg --configure -a
  log "installing packages: $*"
  apt_get install "$@" || { apt_get update && apt_get install "$@"; } ||
    die "the packages $* could not be installed on $(hostname): see apt's own words above"
  write_down_added "$owner"
}

are_installed() { dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null | grep -cx installed | grep -qx "$#"; }

# A run that was cut off on its way left no list yet: then everything that came since it began counts.
write_down_added() {
  local before=$STATE/packages/$1.before
  [ -e "$before" ] || return 0
  comm -13 "$before" <(installed_packages) >>"$STATE/packages/$1"
  rm "$before"
}

has_packages() { [ -e "$STATE/packages/$1" ] || [ -e "$STATE/packages/$1.before" ]; }

# apt's own wait names the process that holds the lock.
apt_get() {
  apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold \
    --no-install-recommends "$@" >&2
}

installed_packages() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u; }

remove_packages() {
  local list=$STATE/packages/$1 added
  write_down_added "$1"
  [ -e "$list" ] || return 0
  mapfile -t added < <(sort -u "$list" | comm -12 - <(installed_packages))
  [ "${#added[@]}" -eq 0 ] || apt_get purge "${added[@]}"
  rm -f "$list"
}

# install_idle OWNER UNIT PACKAGE: the package, whose own UNIT is not to start: its program runs under a unit of ours.
# Where it was installed before, its unit is left as it is.
install_idle() {
  if ! are_installed "$3"; then
    mkdir -p "$STATE/masked"
    touch "$STATE/masked/$2"
    systemctl mask --quiet "$2"
  fi
  install_packages "$1" "$3"
}

remove_idle() {
  remove_packages "$1"
  if [ -e "$STATE/masked/$2" ]; then
    systemctl unmask --quiet "$2"
    rm -f "$STATE/masked/$2"
  fi
}
