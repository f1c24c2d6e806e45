# Programs and images from verified artifacts. PROGRAMS holds one line each:
# NAME KIND DIRECTORY AMD64-LOCATION AMD64-SHA256 ARM64-LOCATION ARM64-SHA256 MEMBER..., with "-" for what is not to be had;
# "{arch}" in a member is the processor's name.
# Reads: PROGRAMS IMAGES

install_programs() {
  local line
  for line in "${PROGRAMS[@]}"; do install_program "$line"; done
}

install_program() {
  local name kind directory location=- sha256 arch amd64 amd64_sha256 arm64 arm64_sha256 members
  read -r name kind directory amd64 amd64_sha256 arm64 arm64_sha256 members <<<"$1"
  case $(uname -m) in
  x86_64) arch=amd64 location=$amd64 sha256=$amd64_sha256 ;;
  aarch64) arch=arm64 location=$arm64 sha256=$arm64_sha256 ;;
  esac
  [ "$location" != - ] || die "$name is not to be had for $(uname -m) from this source of artifacts"
  make_directory "$directory"
  if [ "$kind" = binary ]; then
    install_binary "$name" "$location" "$sha256" "$directory/${members:-$name}"
  else
    # shellcheck disable=SC2086 # members are several words
    install_archive "$name" "$location" "$sha256" "$directory" ${members//\{arch\}/$arch}
  fi
}

# A program is replaced at once: one that runs keeps its old file.
install_binary() {
  local name=$1 location=$2 sha256=$3 destination=$4
  note program "$destination"
  if [ -e "$destination" ] && printf '%s  %s\n' "$sha256" "$destination" | sha256sum --check --status; then
    return
  fi
  artifact_fetch "$name" "$location" "$sha256" "$destination.new"
  chmod 0755 "$destination.new"
  keep_found "$destination"
  is_as_left program "$destination" || forget_starts "$destination"
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
  artifact_fetch "$name" "$location" "$sha256" "$record.tgz"
  unpacked=$(mktemp -d)
  tar -xzf "$record.tgz" -C "$unpacked" --no-same-owner
  rm -f "$record.tgz"
  for member; do
    install -m 0755 "$unpacked/$member" "$directory/.${member##*/}.new"
    keep_found "$directory/${member##*/}"
    mv -f "$directory/.${member##*/}.new" "$directory/${member##*/}"
  done
  rm -rf "$unpacked"
  note_members "$@" >"$record"
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
  for member; do [ -x "$directory/${member##*/}" ] || return 1; done
  [ "$(head -n 1 "$record" 2>/dev/null)" = "$sha256" ] || return 1
  # An earlier release wrote down the archive's alone.
  [ "$(wc -l <"$record")" -gt 1 ] || note_members "$@" >"$record"
  [ "$(cat "$record")" = "$(note_members "$@")" ]
}

remove_programs() {
  local line name kind directory members member
  for line in "${PROGRAMS[@]}"; do
    read -r name kind directory _ _ _ _ members <<<"$line"
    for member in ${members:-$name}; do remove_file "$directory/${member##*/}"; done
    [ "$kind" = binary ] || rm -f "$STATE/archives/$name"
  done
}

# load_images RUNTIME: the archives in IMAGES, one line each: NAME LOCATION SHA256 REFERENCE...
load_images() {
  local line
  for line in "${IMAGES[@]}"; do load_archive "$1" "$line"; done
}

load_archive() {
  local runtime=$1 name location sha256 references record
  read -r name location sha256 references <<<"$2"
  record=$STATE/images/$name
  # shellcheck disable=SC2086 # references are several words
  if [ "$(cat "$record" 2>/dev/null)" = "$sha256" ] && has_images "$runtime" $references; then
    # shellcheck disable=SC2086
    pin_images "$runtime" $references
    return
  fi
  artifact_verify "$name" "$location" "$sha256"
  case $runtime in
  docker) docker load --quiet --input "$location" >/dev/null ;;
  containerd) ctr --namespace k8s.io images import "$location" >/dev/null ;;
  esac
  # shellcheck disable=SC2086
  pin_images "$runtime" $references
  mkdir -p "$STATE/images"
  printf '%s\n' "$sha256" >"$record"
}

# A kubelet whose disk fills up deletes images that no pod uses, and there is no registry that has these. cri-dockerd knows
# no pins.
pin_images() {
  local runtime=$1 reference
  shift
  [ "$runtime" = containerd ] || return 0
  for reference; do ctr --namespace k8s.io images label "$reference" io.cri-containerd.pinned=pinned >/dev/null; done
}

has_images() {
  local runtime=$1 reference
  shift
  case $runtime in
  docker) docker image inspect "$@" >/dev/null 2>&1 ;;
  containerd)
    for reference; do
      [ -n "$(ctr --namespace k8s.io images ls -q "name==$reference")" ] || return 1
    done
    ;;
  esac
}
