# Packages of the distribution: what apt installs for a script goes with it, and nothing else does.

# install_packages OWNER PACKAGE...: those that are not there, from the distribution, with what they need. What comes is
# written down for remove_packages; nothing is removed for it, and what others install is theirs.
install_packages() {
  local owner=$1 package missing=()
  shift
  for package; do note package "$package"; done
  hold_packages
  settle_earlier_list "$owner" "$@"
  for package; do is_installed "$package" || missing+=("$package"); done
  if [ "${#missing[@]}" -gt 0 ]; then
    mkdir -p "$STATE/installed"
    log "installing packages: ${missing[*]}"
    patiently dpkg --configure -a || true
    apt_install "$owner" "${missing[@]}" || { update_lists && apt_install "$owner" "${missing[@]}"; } ||
      die "the packages ${missing[*]} could not be installed on $(hostname): see apt's own words above"
  fi
  release_packages
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# apt tells its hook what it is about to install, and "-" where there is no version of it yet, when it has its locks and
# before it begins: neither what others install meanwhile nor what a killed run left undone is in the list.
apt_install() {
  local list=$STATE/installed/$1
  shift
  patiently apt_get --no-install-recommends --no-remove -o DPkg::Tools::Options::awk::Version=2 \
    -o "DPkg::Pre-Install-Pkgs::=awk '/^\$/ { body = 1 } body && \$2 == \"-\" && \$5 ~ \"^/\" { print \$1 }' >>$list" install "$@"
}

# Of several sources one may be gone: what the others have can be installed.
update_lists() { patiently apt_get update || log "not every package source of $(hostname) can be read; the others are used"; }

# know_package PACKAGE: apt's lists are there and have it, as far as they ever will.
know_package() { [ -n "$(apt-cache show "$1" 2>/dev/null)" ] || update_lists; }

# Services that others run are not restarted for packages of ours.
apt_get() {
  NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1 \
    apt-get -qq -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"
}

# patiently COMMAND...: while another process holds a lock of dpkg's or apt's, tries again; past 300 s names it and ends.
patiently() {
  local deadline=$((SECONDS + 300)) status told='' words pid
  words=$(mktemp /run/keelson/words.XXXXXX)
  while :; do
    status=0
    "$@" >&2 2>"$words" || status=$?
    [ "$status" != 0 ] || break
    grep -qE 'Could not get lock|lock was locked by|Unable to (lock|acquire)' "$words" || break
    # The first says whose it is: "held by process 7 (perl)", "locked by /usr/bin/perl process with pid 7".
    pid=$(grep -m 1 -oE '(process|pid) [0-9]+' "$words" | grep -oE '[0-9]+' || true)
    [ -n "$told" ] || log "waiting for a lock: $(head -n 1 "$words")"
    told=yes
    if [ "$SECONDS" -gt "$deadline" ]; then
      rm -f "$words"
      die "packages of $(hostname) are locked by process ${pid:-unknown} ($(ps -o args= -p "${pid:-0}" 2>/dev/null || true)):" \
        "gave up after 300 s; wait until it is done, or end it, and run up again"
    fi
    sleep 2
  done
  cat "$words" >&2
  rm -f "$words"
  return "$status"
}

# has_packages OWNER PACKAGE...: any of the PACKAGEs came for OWNER.
has_packages() {
  local owner=$1 old=$STATE/packages/$1 package
  shift
  for package; do
    ! grep -qsxF "$package" "$STATE/installed/$owner" "$old" || return 0
    if [ -e "$old.before" ] && is_installed "$package" && ! grep -qxF "$package" "$old.before"; then return 0; fi
  done
  return 1
}

# remove_packages OWNER PACKAGE...: what came for OWNER, who asked for the PACKAGEs. dpkg takes away only what it is told
# to, and nothing that another package needs: that is left and named, and asked for again by the next owner who leaves.
remove_packages() {
  local owner=$1 left=$STATE/installed/left ours=()
  shift
  hold_packages
  settle_earlier_list "$owner" "$@"
  if [ ! -e "$STATE/installed/$owner" ] && [ ! -e "$left" ]; then
    release_packages
    return
  fi
  mapfile -t ours < <(cat "$STATE/installed/$owner" "$left" 2>/dev/null | sort -u |
    comm -12 - <(installed_packages) | comm -23 - <(wanted_by_others "$@"))
  if [ "${#ours[@]}" -gt 0 ]; then
    patiently dpkg --purge "${ours[@]}" || true
    printf '%s\n' "${ours[@]}" | comm -12 - <(installed_packages) >"$left"
    if [ -s "$left" ]; then
      log "left on $(hostname), for dpkg does not remove them, in its own words above: $(paste -sd ' ' "$left")"
      # When nobody needs them any more, apt's autoremove takes them along.
      xargs apt-mark auto <"$left" >/dev/null 2>&1 || true
    else
      rm -f "$left"
    fi
  fi
  rm -f "$STATE/installed/$owner"
  release_packages
}

installed_packages() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u; }

# What came along with the PACKAGEs is marked as automatic, until somebody asks for it by name.
wanted_by_others() { apt-mark showmanual 2>/dev/null | sort -u | comm -23 - <(printf '%s\n' "$@" | sort -u); }

# Earlier releases wrote down all that came between two moments, others' packages too: what counts of that is what was
# asked for, and what is there only because that needs it.
settle_earlier_list() {
  local owner=$1 list=$STATE/packages/$1
  shift
  [ -e "$list" ] || [ -e "$list.before" ] || return 0
  mkdir -p "$STATE/installed"
  {
    cat "$list" 2>/dev/null || true
    [ ! -e "$list.before" ] || comm -13 "$list.before" <(installed_packages)
  } | sort -u | comm -12 - <(came_with "$@") >>"$STATE/installed/$owner"
  rm -f "$list" "$list.before"
}

came_with() {
  {
    printf '%s\n' "$@"
    apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
      --no-enhances "$@" 2>/dev/null | grep '^[a-z0-9]' | sort -u | comm -12 - <(apt-mark showauto | sort -u) || true
  } | sort -u
}

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
  if ! is_installed "$3"; then
    mkdir -p "$STATE/masked"
    touch "$STATE/masked/$2"
    systemctl mask --quiet "$2"
  fi
  install_packages "$1" "$3"
}

remove_idle() {
  remove_packages "$1" "$3"
  if [ -e "$STATE/masked/$2" ]; then
    systemctl unmask --quiet "$2"
    rm -f "$STATE/masked/$2"
  fi
}
