# A program that units run lies in a directory of its own for each version, VERSIONS/NAME/DIGEST, and where it is started from is
# a link. So what is new can lie there beforehand: a crash or a reboot starts what the link says, until it is flipped in the
# machine's turn.

readonly VERSIONS=/usr/local/lib/keelson/versions

# install_version NAME KIND LOCATION SHA256 DIRECTORY MEMBER...
install_version() {
  local name=$1 kind=$2 location=$3 sha256=$4 directory=$5 version=$VERSIONS/$1/${4:0:16} member
  shift 5
  make_directory "$VERSIONS/$name"
  carry_over "$@"
  is_whole "$@" || fetch_version "$@"
  link_program "$name" "$kind" "$location" "$sha256" "$directory" "$@"
}

# With the names of the one above it, as these all.
is_whole() {
  local member
  for member; do is_runnable "$version/${member##*/}" || return 1; done
  (cd "$version" && sha256sum --check --status SHA256SUMS) 2>/dev/null
}

fetch_version() {
  local member new=$version.new
  rm -rf "$new"
  mkdir "$new"
  if [ "$kind" = binary ]; then
    artifact_fetch "$name" "$location" "$sha256" "$new/${1##*/}"
    chmod 0755 "$new/${1##*/}"
  else
    unpack "$name" "$location" "$sha256" "$new" "$@"
  fi
  # One that somebody else changed may be at work.
  for member; do
    is_as_left program "$directory/${member##*/}" || forget_starts "$directory/${member##*/}"
  done
  keep_version "$new" "$version"
}

# keep_version NEW DIRECTORY: it counts when all is there; where some of it was damaged, each file is replaced at once.
keep_version() {
  (cd "$1" && sha256sum -- * >SHA256SUMS)
  mkdir -p "$2"
  mv -f "$1"/* "$2/"
  rmdir "$1"
}

# An earlier release put programs in their places themselves: they are a version now, and go on under it.
carry_over() {
  local member digest old=()
  for member; do
    member=$directory/${member##*/}
    if [ -f "$member" ] && [ ! -L "$member" ] && changed "$member"; then old+=("$member"); fi
  done
  [ "${#old[@]}" = "$#" ] || return 0
  # Of an archive it kept the digest, and those of its members.
  if tail -n +2 "$STATE/archives/$name" 2>/dev/null | sha256sum --check --status 2>/dev/null; then
    digest=$(head -n 1 "$STATE/archives/$name")
  else
    digest=$(sha256sum <"${old[0]}")
  fi
  digest=$VERSIONS/$name/${digest:0:16}
  rm -rf "$digest.new"
  mkdir "$digest.new"
  for member in "${old[@]}"; do ln "$member" "$digest.new/" 2>/dev/null || cp -p "$member" "$digest.new/"; done
  keep_version "$digest.new" "$digest"
  for member in "${old[@]}"; do flip "$digest/${member##*/}" "$member"; done
  rm -f "$STATE/archives/$name"
}

# link_programs: what is started from now on is what the stack says.
link_programs() { each_program link_program; }

# link_program NAME KIND LOCATION SHA256 DIRECTORY MEMBER...: the link of a program that runs waits for its machine's turn.
link_program() {
  local name=$1 directory=$5 version=$VERSIONS/$1/${4:0:16} member old
  shift 5
  has_versions "$directory" || return 0
  for member; do
    member=$directory/${member##*/}
    note program "$member"
    old=$(readlink "$member" || true)
    [ "$old" != "$version/${member##*/}" ] || continue
    keep_found "$member"
    ln -sfn "$version/${member##*/}" "$member.new"
    if ! cmp -s "$version/${member##*/}" "$member" && declare -F defer >/dev/null && defer "$member" "$member.new"; then continue; fi
    mv -fT "$member.new" "$member"
    [[ $old != "$VERSIONS/$name/"* ]] || ln -sfn "${old%/*}" "$VERSIONS/$name/previous"
  done
  remove_old_versions "$@"
}

flip() { ln -sfn "$1" "$2.new" && mv -fT "$2.new" "$2"; }

# What is started now, what was before, and what the units' last good starts were with, is kept.
remove_old_versions() {
  local old needed=("$version" "$(readlink "$VERSIONS/$name/previous" || true)") member link
  for member; do
    for link in "$directory/${member##*/}" "$STATE/units"/*.good"$directory/${member##*/}" "$STATE/etcd-kept/${member##*/}"; do
      link=$(readlink "$link" || true)
      needed+=("${link%/*}")
    done
  done
  while read -r old; do
    grep -qxF "$old" <(printf '%s\n' "${needed[@]}") || rm -rf "$old"
  done < <(find "$VERSIONS/$name" -mindepth 1 -maxdepth 1 -type d)
}

remove_versions() {
  rm -rf "${VERSIONS:?}/$1"
  remove_empty "$VERSIONS"
}
