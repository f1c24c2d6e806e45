# Programs from verified artifacts. PROGRAMS holds one line each:
# NAME KIND DIRECTORY AMD64-LOCATION AMD64-SHA256 ARM64-LOCATION ARM64-SHA256 MEMBER..., with "-" for what is not to be had;
# "{arch}" in a member is the processor's name.
# Reads: PROGRAMS

install_programs() { each_program install_program; }

# each_program FUNCTION [LINE...]: calls it with NAME KIND LOCATION SHA256 DIRECTORY MEMBER... of each; without lines, of PROGRAMS.
each_program() {
  local line name kind directory location=- sha256=- arch='' amd64 amd64_sha256 arm64 arm64_sha256 members
  local called=$1
  shift
  [ "$#" -gt 0 ] || set -- "${PROGRAMS[@]}"
  for line; do
    read -r name kind directory amd64 amd64_sha256 arm64 arm64_sha256 members <<<"$line"
    case $(uname -m) in
    x86_64) arch=amd64 location=$amd64 sha256=$amd64_sha256 ;;
    aarch64) arch=arm64 location=$arm64 sha256=$arm64_sha256 ;;
    esac
    members=${members:-$name}
    # shellcheck disable=SC2086 # members are several words
    "$called" "$name" "$kind" "$location" "$sha256" "$directory" ${members//\{arch\}/$arch}
  done
}

install_program() {
  [ "$3" != - ] || die "$1 is not to be had for $(uname -m) from this source of artifacts"
  make_directory "$5"
  if has_versions "$5"; then
    install_version "$@"
  elif [ "$2" = binary ]; then
    install_binary "$1" "$3" "$4" "$5/${6##*/}"
  else
    install_archive "$1" "${@:3}"
  fi
}

# What units run lies apart for each version. Plugins of networks and signers run for a moment: they are files in their
# places, for containers see those directories as well.
has_versions() { [ "$1" = /usr/local/bin ]; }

# is_runnable FILE: by everybody, and nobody but root may change it.
is_runnable() { [ "$(stat -L -c %a:%U "$1" 2>/dev/null)" = "755:$(id -un)" ]; }

# A program is replaced at once: one that runs keeps its old file.
install_binary() {
  local name=$1 location=$2 sha256=$3 destination=$4
  note program "$destination"
  if is_runnable "$destination" && printf '%s  %s\n' "$sha256" "$destination" | sha256sum --check --status; then
    return
  fi
  artifact_fetch "$name" "$location" "$sha256" "$destination.new"
  chmod 0755 "$destination.new"
  keep_found "$destination"
  mv -f "$destination.new" "$destination"
}

# The members of an archive go into the directory without their folders.
install_archive() {
  local name=$1 location=$2 sha256=$3 directory=$4 record=$STATE/archives/$1 unpacked member
  shift 4
  for member; do note program "$directory/${member##*/}"; done
  if has_members "$sha256" "$record" "$directory" "$@"; then
    return
  fi
  mkdir -p "$STATE/archives"
  unpacked=$(mktemp -d)
  unpack "$name" "$location" "$sha256" "$unpacked" "$@"
  for member; do
    keep_found "$directory/${member##*/}"
    install -m 0755 "$unpacked/${member##*/}" "$directory/.${member##*/}.new"
    mv -f "$directory/.${member##*/}.new" "$directory/${member##*/}"
  done
  rm -rf "$unpacked"
  note_members "$@" >"$record"
}

# unpack NAME LOCATION SHA256 DIRECTORY MEMBER...
unpack() {
  local directory=$4 member
  artifact_fetch "$1" "$2" "$3" "$directory/.archive"
  shift 4
  mkdir "$directory/.unpacked"
  tar -xzf "$directory/.archive" -C "$directory/.unpacked" --no-same-owner
  for member; do install -m 0755 "$directory/.unpacked/$member" "$directory/${member##*/}"; done
  rm -rf "$directory/.archive" "$directory/.unpacked"
}

# The record of an archive has its digest, and those of its members as they were put in place.
note_members() {
  local member
  printf '%s\n' "$sha256"
  for member; do sha256sum "$directory/${member##*/}"; done
}

has_members() {
  local sha256=$1 record=$2 directory=$3 member
  shift 3
  for member; do is_runnable "$directory/${member##*/}" || return 1; done
  [ "$(head -n 1 "$record" 2>/dev/null)" = "$sha256" ] || return 1
  # An earlier release wrote down the archive's alone.
  [ "$(wc -l <"$record")" -gt 1 ] || note_members "$@" >"$record"
  [ "$(cat "$record")" = "$(note_members "$@")" ]
}

remove_programs() { each_program remove_program; }

remove_program() {
  local name=$1 directory=$5 member
  shift 5
  for member; do remove_file "$directory/${member##*/}"; done
  rm -f "$STATE/archives/$name"
  ! has_versions "$directory" || remove_versions "$name"
}
