# Artifacts from where they lie to where they are wanted: nothing has its final name before its digest is right.

# artifact_fetch NAME LOCATION SHA256 DEST: LOCATION is a URL (http, https, file) or a path on this machine.
artifact_fetch() {
  local name=$1 location=$2 sha256=$3 destination=$4 partial=$4.partial
  rm -f "$partial"
  case $location in
  http://* | https://*) download "$name" "$location" "$partial" ;;
  file:///*) copy_artifact "$name" "${location#file://}" "$partial" ;;
  *) copy_artifact "$name" "$location" "$partial" ;;
  esac
  verify_digest "$name" "$location" "$sha256" "$partial" "$partial"
  mv -f "$partial" "$destination" || die "$name cannot be put at $destination on $(hostname)"
}

# artifact_verify NAME LOCATION SHA256: for what is used where it lies.
artifact_verify() {
  [ -r "$2" ] || not_there "$1" "$2"
  verify_digest "$1" "$2" "$3" "$2"
}

# not_there NAME PATH: a machine that is a container goes on seeing the directory that it was started with, also where that was removed since.
not_there() {
  local root point owner
  while read -r _ _ _ root point _; do
    if [[ $root != *//deleted || $2 != "$point"/* ]] || [ ! -e /etc/keelson-machine/authorized_keys ]; then continue; fi
    owner=$(cat "$STATE/cluster" 2>/dev/null) || owner=STACK
    die "$1 is not at $2 on $(hostname): what is mounted at $point was removed from the computer that this machine is a container of." \
      "Run docker restart keelson-${owner#* }-$(hostname) there, which mounts what is in its place by now, and then up again"
  done </proc/self/mountinfo
  die "$1 is not at $2 on $(hostname): put it there, or choose another source of artifacts"
}

# A server that is down or slow is asked again for two minutes, and a transfer that breaks off is begun again; one that
# brings nothing for 30 seconds counts as down.
download() {
  local name=$1 location=$2 partial=$3 attempt status
  for attempt in 1 2 3; do
    status=0
    by_proxy curl --fail --silent --show-error --location --proto =http,https --connect-timeout 10 --speed-limit 1 --speed-time 30 \
      --retry 5 --retry-connrefused --retry-max-time 120 --output "$partial" "$location" >&2 || status=$?
    case $status in
    0) return ;;
    18 | 35 | 52 | 55 | 56 | 92) sleep "$attempt" ;;
    *) break ;;
    esac
  done
  rm -f "$partial"
  die "$name cannot be downloaded from $location to $(hostname) (curl exit status $status; its output is above):" \
    "let the machine reach that address, or set artifacts.source to a mirror or a bundle"
}

copy_artifact() {
  [ -r "$2" ] || not_there "$1" "$2"
  cp "$2" "$3" && return
  rm -f "$3"
  die "$1 cannot be copied from $2 to $3 on $(hostname); cp's output is above"
}

# verify_digest NAME LOCATION SHA256 FILE [REMOVED]: what is wrong is removed where it is a copy of ours.
verify_digest() {
  local found
  found=$(sha256sum <"$4") || die "$1 cannot be read at $4 on $(hostname)"
  found=${found%% *}
  [ "$found" != "$3" ] || return 0
  rm -f "${@:5}"
  die "$1 from $2 is not what it should be, so it is not installed on $(hostname):
  sha256 expected $3
  sha256 found    $found
  the source has another file than the lock, or a damaged one: put the right file there, or choose another source of artifacts"
}
