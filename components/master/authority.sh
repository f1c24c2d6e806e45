# Certificate authorities of the cluster and a kubeconfig that names it, made once, the first for the stack's life, and printed
# for the state: one line each, NAME and base64. Masters get them from there; nothing stays here.
# Reads: KUBEADM_CONFIG DIRECTORY GENERATION

up() {
  local authority file
  # What trusts the first authorities would trust nobody any more; a run that was cut off had not got as far as this file.
  ! is_in_use ||
    die "the cluster on $(hostname) has its authorities, which are made once: do not ask for others (--replace, pulumi state taint), and where the stack's state is lost, bring it back with pulumi stack import"
  # In memory, and gone with this script.
  trap 'rm -rf "$DIRECTORY"' EXIT
  rm -rf "$DIRECTORY"
  (umask 077 && mkdir -p "$DIRECTORY")
  for authority in ca front-proxy-ca sa; do
    kubeadm init phase certs "$authority" --config /dev/stdin <<<"$KUBEADM_CONFIG" >/dev/null
  done
  kubeadm init phase kubeconfig admin --config /dev/stdin --kubeconfig-dir "$DIRECTORY" <<<"$KUBEADM_CONFIG" >/dev/null
  for file in ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key sa.pub sa.key admin.conf; do
    printf '%s %s\n' "$file" "$(base64 -w 0 <"$DIRECTORY/$file")"
  done
  printf 'ca-hash sha256:%s\n' "$(openssl x509 -in "$DIRECTORY/ca.crt" -pubkey -noout | openssl pkey -pubin -outform der | sha256sum | cut -d ' ' -f 1)"
}

is_in_use() {
  if [ "$GENERATION" = 1 ]; then [ -e /etc/kubernetes/pki/ca.crt ]; else grep -qsw -- "$GENERATION" "$STATE/authorities"; fi
}
