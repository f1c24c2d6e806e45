# Certificates of a master that are renewed while all of it goes on: servers read their certificates at the next connection, and the two
# that have theirs in a kubeconfig start again.
# Reads: CERTIFICATE_NAMES MANIFESTS PKI SERVERS

# issue anew what is to be: pairs first, for a server that starts again finds everything.
renew_certificates() {
  local new=$PKI/new
  renewed=
  rm -rf "$new"
  renew_pair apiserver ca
  renew_pair apiserver-kubelet-client ca
  renew_pair front-proxy-client front-proxy-ca
  renew_kubeconfig admin
  renew_kubeconfig controller-manager
  renew_kubeconfig scheduler
  rm -rf "$new"
}

# renew_pair NAME AUTHORITY: what was never there is made by kubeadm init. An API server's certificate that lacks a name, of those
# that kubeadm itself adds as well, is refused by kubeadm and not made anew.
renew_pair() {
  [ -e "$PKI/$1.crt" ] || return 0
  if is_current "$PKI/$1" "$PKI/$2.crt" && { [ "$1" != apiserver ] || has_names "$PKI/$1.crt" "${CERTIFICATE_NAMES[@]}"; }; then return 0; fi
  begin_issuing
  ln -s "$PKI/$2.key" "$PKI/$2.crt" "$new/"
  issue kubeadm init phase certs "$1" --config /dev/stdin <<<"$(issuing_in "$new" "$(configuration)")"
  put_pair "$new/$1" "$PKI/$1"
  log "$PKI/$1.crt was issued again, and is read at the next connection"
}

begin_issuing() {
  renewed=yes
  rm -rf "$new"
  (umask 077 && mkdir -p "$new")
}

# renew_kubeconfig NAME: a new master has it before kubeadm init, which would put the first authority alone into it, and keeps what is there.
renew_kubeconfig() {
  local file=/etc/kubernetes/$1.conf
  ! { [ -s "$file" ] && kubeconfig_is_current "$file"; } || return 0
  begin_issuing
  issue kubeadm init phase kubeconfig "$1" --config /dev/stdin --kubeconfig-dir "$new" <<<"$(issuing_in "$PKI" "$(configuration)")"
  trust_in "$new/$1.conf" "$PKI/ca.crt"
  [ ! -s "$file" ] || log "$file is issued again"
  # Another file under the name: who has the one before open goes on with it.
  mv -f "$new/$1.conf" "$file"
}

kubeconfig_is_current() {
  local pair=/run/keelson/$SCRIPT-client status=0
  (
    umask 077
    sed -n 's/^ *client-certificate-data: //p' "$1" | base64 -d >"$pair.crt"
    sed -n 's/^ *client-key-data: //p' "$1" | base64 -d >"$pair.key"
  ) 2>/dev/null
  is_current "$pair" "$PKI/ca.crt" && trusts "$1" "$PKI/ca.crt" || status=1
  rm -f "$pair.crt" "$pair.key"
  return "$status"
}

# The kubelet starts a server again at once that ends, and on its kubeconfig as it is then. That of a run that was killed may have gone on.
restart_renewed() {
  local name server pid
  for name in controller-manager scheduler; do
    server=kube-$name
    if ! pid=$(server_process "$server") || ! started_before "$pid" "/etc/kubernetes/$name.conf"; then continue; fi
    log "$server restarts: its kubeconfig changed"
    start_again "$server" "$pid" ||
      die "$server of $(hostname) does not come up with the kubeconfig that was issued again: see crictl logs or docker logs of it there, and /etc/kubernetes/$name.conf. No other master was touched"
  done
}

started_before() {
  local age
  age=$(ps -o etimes= -p "$1") && [ $((EPOCHSECONDS - age)) -lt "$(stat -c %Y "$2")" ]
}

# Servers that ended for want of a certificate that holds are started by the kubelet again after up to five minutes, unless it begins
# anew itself.
begin_again() {
  local server
  [ -n "$renewed" ] && systemctl is-active --quiet kubelet.service || return 0
  for server in "${SERVERS[@]}"; do
    [ ! -e "$MANIFESTS/$server.yaml" ] || server_process "$server" >/dev/null || {
      log "$server does not run: the kubelet is restarted, which starts it at once"
      systemctl restart kubelet.service
      return
    }
  done
}
