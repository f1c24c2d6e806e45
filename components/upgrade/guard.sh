# What a machine tells before Kubernetes is upgraded: it only looks. A line for each thing: its kind, and fields with tabs between.
# Reads: RELEASE RUNTIME REPOSITORY KUBEADMS KUBELETS KUBEADM_CONFIG KUBELET_CONFIG KUBELET_CONFIG_FILE KUBELET_UNIT ENDPOINT CLIENT_URL

guard() {
  local scratch new_kubeadm new_kubelet
  set +e
  # shellcheck disable=SC2034 # judge.sh reads it.
  new_kubeadm=$(first_there "${KUBEADMS[@]}")
  # shellcheck disable=SC2034 # judge.sh reads it.
  new_kubelet=$(first_there "${KUBELETS[@]}")
  scratch=$(mktemp -d)
  judge_kubelet "$scratch"
  if [ -e /etc/kubernetes/manifests/kube-apiserver.yaml ]; then
    judge_servers "$scratch"
    ! tell_server "$scratch" || tell_cluster "$scratch"
  fi
  ! has_member || tell_member "$scratch"
  rm -rf "$scratch"
  printf 'end\n'
}

# first_there PATH...: the program for this processor.
first_there() {
  local path
  for path; do
    if [ -x "$path" ]; then
      printf '%s' "$path"
      return
    fi
  done
}

# tell KIND FIELD...: what programs say may have tabs in it.
tell() {
  local kind=$1 field
  shift
  printf '%s' "$kind"
  for field; do printf '\t%s' "${field//[$'\t\n']/ }"; done
  printf '\n'
}

# tell_member DIRECTORY: the member of etcd of this machine, in etcdctl's own form. What it warns of is no part of that.
tell_member() {
  local status
  if status=$(etcd_ctl_at "$CLIENT_URL" endpoint status -w json --command-timeout=5s 2>"$1/errors"); then
    tell member "$status"
  else
    tell unknown etcd "its member does not answer at $CLIENT_URL: $(tail -n 1 "$1/errors")"
  fi
}

guard
