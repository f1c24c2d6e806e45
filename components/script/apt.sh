# The package manager of Debian and Ubuntu. Another distribution's file has the same functions, all that begin with pkg_.

# pkg_install LIST CONFIGURED PACKAGE...: with what they need, removing nothing for it. What comes is written to LIST before it begins:
# apt tells its hook what it is about to install, and "-" where there is no version of it yet, when it has its locks, so
# neither what others install meanwhile nor what a killed run left undone is in the list. Those of it whose configuration somebody has
# left here, when the package was removed, are written to CONFIGURED.
pkg_install() {
  patiently dpkg --configure -a || true
  apt_install "$@" || { update_lists && apt_install "$@"; }
}

apt_install() {
  local list=$1 configured=$2 tell
  shift 2
  tell="xargs -r dpkg-query -W -f '\${db:Status-Status} \${Package}\n' <$list 2>/dev/null | sed -n 's/^config-files //p' >>$configured"
  patiently apt_get --no-install-recommends --no-remove -o DPkg::Tools::Options::awk::Version=2 \
    -o "DPkg::Pre-Install-Pkgs::=awk '/^\$/ { body = 1 } body && \$2 == \"-\" && \$5 ~ \"^/\" { print \$1 }' >>$list && $tell" install "$@"
}

# pkg_purge CONFIGURED PACKAGE...: with their configuration, but for those that CONFIGURED names. dpkg takes away only what it is told to,
# and nothing that another package needs; what is left so goes by apt's autoremove when nobody needs it any more.
pkg_purge() {
  local configured=$1 stays=() whole=()
  shift
  mapfile -t whole < <(printf '%s\n' "$@" | sort -u | comm -23 - <(sort -u "$configured" 2>/dev/null))
  # All at once first, for one may need another.
  [ "${#whole[@]}" = "$#" ] || patiently dpkg --remove "$@" || true
  [ "${#whole[@]}" = 0 ] || patiently dpkg --purge "${whole[@]}" || true
  mapfile -t stays < <(printf '%s\n' "$@" | sort -u | comm -12 - <(pkg_list))
  [ "${#stays[@]}" = 0 ] || apt-mark auto "${stays[@]}" >/dev/null 2>&1 || true
}

pkg_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# pkg_list: all that is installed, sorted.
pkg_list() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u; }

# pkg_states PACKAGE...: "package STATE NAME" for each that it knows; STATE is "installed" where it is.
pkg_states() { dpkg-query -W -f 'package ${db:Status-Status} ${Package}\n' "$@" 2>/dev/null; }

# pkg_asked_for: what is installed because somebody asked for it by name, sorted.
pkg_asked_for() { apt-mark showmanual 2>/dev/null | sort -u; }

# pkg_available PACKAGE: as pkg_listed; the lists of the sources are fetched where none is known to have it.
pkg_available() {
  pkg_listed "$1" || { update_lists && pkg_listed "$1"; }
}

# pkg_listed PACKAGE: a source is known to have it.
pkg_listed() { [ -n "$(apt-cache show "$1" 2>/dev/null)" ]; }

# pkg_recommends PACKAGE OTHER: PACKAGE works without OTHER, but not for long.
pkg_recommends() { [[ $(apt-cache depends "$1" 2>/dev/null) =~ Recommends:\ $2($'\n'|$) ]]; }

# pkg_has_key NAME SHA256: the key of the source NAME is there, and is this one.
pkg_has_key() { sha256sum --check --status 2>/dev/null <<<"$2  $(key_file "$1")"; }

# pkg_add_key NAME FILE: the key that signs what the source NAME has.
pkg_add_key() { put "$(key_file "$1")" 0644 <"$2"; }

key_file() { printf '/etc/apt/keyrings/%s.asc' "$1"; }

# pkg_add_source NAME URL: what is below URL for this distribution, signed by the key of that name.
pkg_add_source() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  put "/etc/apt/sources.list.d/$1.list" 0644 <<EOF
deb [arch=$(dpkg --print-architecture) signed-by=$(key_file "$1")] $2 $codename stable
EOF
}

pkg_remove_source() {
  remove_file "/etc/apt/sources.list.d/$1.list"
  remove_file "$(key_file "$1")"
}

# pkg_source_is_ours NAME: pkg_add_source has added it.
pkg_source_is_ours() { changed "/etc/apt/sources.list.d/$1.list"; }

# pkg_names_source HOST: one of this machine's sources is at HOST, whether it answers or not.
pkg_names_source() { grep -rqsF "$1" /etc/apt/sources.list /etc/apt/sources.list.d; }

# Of several sources one may be gone: what the others have can be installed.
update_lists() { patiently apt_get update || log "not every package source of $(hostname) can be read; the others are used"; }

# Services that others run are not restarted for packages of ours.
apt_get() {
  NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1 \
    by_proxy apt-get -qq -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"
}

# patiently COMMAND...: while another process holds a lock of dpkg's or apt's, tries again; past 300 s names it and ends. What it says
# is passed on where it fails; else its warnings alone, for much of the rest reads like a fault.
patiently() {
  local deadline=$((SECONDS + 300)) status told='' words lock pid
  words=$(mktemp /run/keelson/words.XXXXXX)
  while :; do
    status=0
    "$@" >"$words" 2>&1 || status=$?
    [ "$status" != 0 ] || break
    lock=$(grep -E '^(E|dpkg): .*(Could not get lock|lock was locked by|Unable to (lock|acquire))' "$words") || break
    # The first says whose it is: "held by process 7 (perl)", "locked by /usr/bin/perl process with pid 7".
    pid=$(grep -m 1 -oE '(process|pid) [0-9]+' <<<"$lock" | grep -oE '[0-9]+' || true)
    [ -n "$told" ] || log "waiting for a lock: $(head -n 1 <<<"$lock")"
    told=yes
    if [ "$SECONDS" -gt "$deadline" ]; then
      cat "$words" >&2
      rm -f "$words"
      die "packages of $(hostname) are locked by process ${pid:-unknown} ($(ps -o args= -p "${pid:-0}" 2>/dev/null || true)):" \
        "timed out after 300 s; wait until it is done, or end it, and run up again"
    fi
    sleep 2
  done
  if [ "$status" = 0 ]; then grep '^W: ' "$words" || true; else cat "$words"; fi >&2
  rm -f "$words"
  return "$status"
}

# pkg_settle OWNER PACKAGE...: earlier releases wrote down all that came between two moments, others' packages too; what counts
# of that is what was asked for, and what is there only because that needs it.
pkg_settle() {
  local owner=$1 list=$STATE/packages/$1
  shift
  [ -e "$list" ] || [ -e "$list.before" ] || return 0
  mkdir -p "$STATE/installed"
  {
    cat "$list" 2>/dev/null || true
    [ ! -e "$list.before" ] || comm -13 "$list.before" <(pkg_list)
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
