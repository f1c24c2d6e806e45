# Images from verified archives.
# Reads: IMAGES

# load_images RUNTIME: the archives in IMAGES, one line each: NAME LOCATION SHA256 REFERENCE...
load_images() {
  local line
  # What one that hangs is asked for never ends.
  if [ "$1" = docker ] && [ "${#IMAGES[@]}" -gt 0 ]; then
    wait_for 60 "Docker's daemon to answer" docker_answers || die "Docker of $(hostname) does not answer, and is given no images: see docker info there"
  fi
  for line in "${IMAGES[@]}"; do load_archive "$1" "$line"; done
}

load_archive() {
  local runtime=$1 name location sha256 references record
  read -r name location sha256 references <<<"$2"
  record=$STATE/images/$name
  # shellcheck disable=SC2086 # references are several words
  note_images "$runtime" $references
  # shellcheck disable=SC2086
  if [ "$(cat "$record" 2>/dev/null)" = "$sha256" ] && has_images "$runtime" $references; then
    # shellcheck disable=SC2086
    pin_images "$runtime" $references
    return
  fi
  artifact_verify "$name" "$location" "$sha256"
  # shellcheck disable=SC2086
  note_brought "$runtime" $references
  # shellcheck disable=SC2086
  case $runtime in
  docker) load_beside_theirs "$location" $references ;;
  containerd) ctr --namespace k8s.io images import "$location" >/dev/null ;;
  esac
  # shellcheck disable=SC2086
  pin_images "$runtime" $references
  mkdir -p "$STATE/images"
  printf '%s\n' "$sha256" >"$record"
}

# A machine whose disk fills up loses those that no pod uses, and there may be no registry that has them.
note_images() {
  local runtime=$1 reference
  shift
  for reference; do note image "$runtime $reference"; done
}

# load_beside_theirs ARCHIVE REFERENCE...: on an engine that is not of keelson's packages, a name that leads to an image of its owner's goes on
# to lead there.
load_beside_theirs() {
  local archive=$1 reference id theirs=$STATE/images-theirs
  shift
  for reference; do
    if engine_is_ours || grep -qsxF "$reference" "$STATE/images-brought" || grep -qs " $reference\$" "$theirs"; then continue; fi
    id=$(docker image inspect --format '{{.Id}}' "$reference" 2>/dev/null) || continue
    printf '%s %s\n' "$id" "$reference" >>"$theirs"
  done
  docker load --quiet --input "$archive" >/dev/null
  [ -e "$theirs" ] || return 0
  while read -r id reference; do
    docker tag "$id" "$reference"
    log "the name $reference is in use for an image of this machine's own, and stays so: the cluster's pods run that one"
  done <"$theirs"
  rm -f "$theirs"
}

# What is not there yet is brought by this program. Archives are loaded one after the other.
note_brought() {
  local runtime=$1 reference
  shift
  for reference; do
    has_images "$runtime" "$reference" || printf '%s\n' "$reference" >>"$STATE/images-brought"
  done
}

# remove_images RUNTIME: those that were brought, from an engine that stays. One that somebody else works with by now is left.
remove_images() {
  local reference
  [ -e "$STATE/images-brought" ] || return 0
  while read -r reference; do
    case $1 in
    docker) timeout 60 docker image rm "$reference" ;;
    containerd) ctr --namespace k8s.io images rm "$reference" ;;
    esac >/dev/null || log "the image $reference is left on $(hostname)"
  done < <(sort -u "$STATE/images-brought")
  rm -f "$STATE/images-brought"
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
