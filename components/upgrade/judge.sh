# The programs of the release that is to come judge the settings that they would get, before anything is changed: they parse
# them and end. Before they are on the machine, nobody judges.
# Reads: RELEASE RUNTIME REPOSITORY KUBEADM_CONFIG KUBELET_CONFIG KUBELET_CONFIG_FILE KUBELET_UNIT

readonly JUDGED=(kube-apiserver kube-controller-manager kube-scheduler)

# judge_servers: with the flags that the new kubeadm gives them, which are its own and ours. It writes where it is told to.
judge_servers() {
  local directory=$1 server words flags
  [ -n "$new_kubeadm" ] || return 0
  mkdir "$directory/manifests"
  if ! words=$(KUBEADM_INIT_DRYRUN_DIR=$directory/manifests timeout 60 "$new_kubeadm" init phase control-plane all --dry-run \
    --config /dev/stdin <<<"${KUBEADM_CONFIG/@CLUSTER_NAME@/kubernetes}" 2>&1); then
    tell refused kubeadm "$(reason_in "$words")"
    return
  fi
  for server in "${JUDGED[@]}"; do
    if ! has_image "$server" && ! pull_image "$server"; then
      tell unknown "$server" "its image $REPOSITORY/$server:v$RELEASE is not there"
      continue
    fi
    mapfile -t flags < <(kubectl annotate --local -f "$directory/manifests/$server.yaml" keelson.io/judged=true \
      -o 'jsonpath={range .spec.containers[0].command[*]}{@}{"\n"}{end}' | tail -n +2)
    judge_flags "$server" "${flags[@]}"
  done
}

# judge_flags SERVER FLAG...: a program names the first thing that it does not know: that one is left out, and it is asked again.
judge_flags() {
  local server=$1 words rest rounds
  shift
  for ((rounds = 0; rounds < 20; rounds++)); do
    if words=$(run_new "$server" "$@" --version 2>&1) && grep -qxF "Kubernetes v$RELEASE" <<<"$words"; then
      tell_warnings "$server" "$words"
      return
    fi
    words=$(reason_in "$words")
    tell refused "$server" "$words"
    mapfile -t rest < <(printf '%s\n' "$@" | without "$words")
    # Nothing could be left out.
    [ "${rest[*]}" != "$*" ] || return 0
    set -- "${rest[@]}"
  done
}

# without WORDS: flags without the one, or the feature gate, that a program said it does not take.
without() {
  local flag gate
  flag=$(sed -nE 's/.*unknown flag: (--[a-z0-9-]+).*/\1/p' <<<"$1")
  gate=$(sed -nE 's/.*feature gate:? ([A-Za-z0-9]+).*/\1/p' <<<"$1")
  if [ -n "$flag" ]; then
    sed -E "/^$flag(=|\$)/d"
  else
    sed -E "/^--feature-gates=/ { s/([=,])${gate:-,}=[a-z]+/\1/; s/,,/,/; s/=,/=/; s/,\$//; /=\$/d; }"
  fi
}

# run_new SERVER FLAG...: the program in its image, without a network, and without any file of this machine.
run_new() {
  local server=$1 image=$REPOSITORY/$1:v$RELEASE
  shift
  case $RUNTIME in
  docker) timeout 60 docker run --rm --pull never --network none --entrypoint "$server" "$image" "$@" ;;
  containerd) timeout 60 ctr --namespace k8s.io run --rm "$image" "keelson-judged-$server" "$server" "$@" ;;
  esac
}

has_image() {
  case $RUNTIME in
  docker) docker image inspect "$REPOSITORY/$1:v$RELEASE" >/dev/null 2>&1 ;;
  containerd) [ -n "$(ctr --namespace k8s.io images ls -q "name==$REPOSITORY/$1:v$RELEASE")" ] ;;
  esac
}

# Where images come from a registry, this one is needed at once afterwards.
pull_image() {
  case $RUNTIME in
  docker) timeout 150 docker pull --quiet "$REPOSITORY/$1:v$RELEASE" ;;
  containerd) timeout 150 ctr --namespace k8s.io images pull "$REPOSITORY/$1:v$RELEASE" ;;
  esac >/dev/null 2>&1
}

# judge_kubelet: it ends at a kubeconfig that is not there, after it has parsed its flags and its file, and before it touches
# anything but the directory that it is given. Both are what they will be, for those in place wait for the kubelet's turn: what
# only the machine knows is in the file there.
judge_kubelet() {
  local directory=$1 words flags
  [ -n "$new_kubelet" ] && [ -e "$KUBELET_CONFIG_FILE" ] || return 0
  printf '%s\n' "$KUBELET_CONFIG" "$(detected_in "$KUBELET_CONFIG_FILE" "$KUBELET_CONFIG")" >"$directory/kubelet.yaml"
  read -ra flags <<<"$(sed -n 's/^ExecStart=[^ ]* //p' <<<"$KUBELET_UNIT")"
  words=$(timeout 60 "$new_kubelet" "${flags[@]}" --config="$directory/kubelet.yaml" --bootstrap-kubeconfig= --kubeconfig="$directory/none" \
    --cert-dir="$directory/certificates" --root-dir="$directory/root" 2>&1) || true
  if ! grep -qF "kubeconfig: stat $directory/none: no such file" <<<"$words"; then
    tell refused kubelet "$(reason_in "$words")"
    return
  fi
  tell_warnings kubelet "$words"
}

# What it takes, and does not heed.
tell_warnings() {
  local line
  while read -r line; do tell ignored "$1" "$line"; done < <(
    sed -nE 's/^.*"Using lenient decoding[^"]*" err="(.*)"$/\1/p; s/^(Flag --\S+ has been deprecated.*)$/\1/p' <<<"$2" |
      sed 's/\\"/"/g; s/^strict decoding error: //'
  )
}

# reason_in WORDS: what a program of Kubernetes ended for, out of all that it said.
reason_in() {
  local reason
  reason=$(sed -nE 's/^E.*"command failed" err="(.*)"$/\1/p; s/^[Ee]rror: (.*)$/\1/p; s/^panic: (.*)$/\1/p' <<<"$1" | sed 's/\\"/"/g')
  reason=${reason%%$'\n'*}
  printf '%s\n' "${reason:-$(grep -v '^To see the stack trace' <<<"$1" | tail -n 1)}"
}
