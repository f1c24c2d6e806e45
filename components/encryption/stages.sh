# A key takes the place of another for Secrets in etcd, in stages. `up` does the one in STAGE when what it needs is so on every master: all
# read by the new key, then all write by it, then nothing in etcd is by another. No server restarts.
# Reads: STAGE ENCRYPTION ENCRYPTION_KEYS PROVIDERS ETCD_ENDPOINTS ETCD_PREFIX ENDPOINT MASTERS
# Runs again for: RESTORED

readonly ADMIN=/etc/kubernetes/admin.conf
# A server looks at its file once a minute.
readonly PATIENCE=150

up() {
  know_lists
  take_rights
  "$STAGE"
}

# take_rights: the administrator's certificate and key, in memory while this runs.
take_rights() {
  rights=/run/keelson/$SCRIPT.rights
  trap 'rm -rf "$rights"' EXIT
  rm -rf "$rights"
  (umask 077 && mkdir "$rights" && for part in certificate key; do
    sed -n "s/^ *client-$part-data: //p" "$ADMIN" | base64 -d >"$rights/$part"
  done)
}

# write: this master's server writes what all read.
write() {
  local own
  wait_for "$PATIENCE" "all API servers to read Secrets by $(named "$ENCRYPTION")" all reads || servers_failed "do not read Secrets by"
  note_writer
  own=$(own_list)
  # shellcheck disable=SC2046 # numbers
  writes "$own" "$ENCRYPTION" || put_providers $(everything "$ENCRYPTION")
}

# rewrite: every Secret, by way of this master's server, which takes up what others write meanwhile.
rewrite() {
  local names failed='' before=
  wait_for "$PATIENCE" "all API servers to write Secrets by $(named "$ENCRYPTION")" all writes || servers_failed "do not write Secrets by"
  for _ in {1..10}; do
    # What does not answer says nothing of what is there, and ends this.
    names=$(others_secrets)
    [ -n "$names" ] || break
    before=", and etcd erases nothing: what they were before is on members' disks, and can be in backups, until docs/security.md is followed"
    log "$(wc -l <<<"$names") Secrets in etcd are not by $(named "$ENCRYPTION"), and are written again"
    failed=$(write_again <<<"$names")
    # A write that began before its server had read the file may end now.
    sleep 5
  done
  [ -z "$names" ] ||
    die "$(wc -l <<<"$names") Secrets in etcd are still not by $(named "$ENCRYPTION"), and are read by the key before: $(head -n 1 <<<"$names") is one of them${failed:+. The API server says $(head -n 1 <<<"$failed")}. Run up again"
  # What is plain now was not a secret of the disk before.
  [ "$ENCRYPTION" != 0 ] || before=
  log "every Secret in etcd is by $(named "$ENCRYPTION")$before"
}

# forget: this master's server has no other key. What was true for all when they were written again is looked at once more.
forget() {
  local names
  all writes || servers_failed "do not write Secrets by"
  names=$(others_secrets)
  [ -z "$names" ] || die "Secrets in etcd are not by $(named "$ENCRYPTION"), as $(head -n 1 <<<"$names"): no key is forgotten. Run up again"
  put_providers "$ENCRYPTION"
}

named() { if [ "$1" = 0 ]; then printf 'no key'; else printf 'the key %s' "$1"; fi; }

servers_failed() {
  die "API servers $1 $(named "$ENCRYPTION"): $(printf ', %s' "${behind[@]}" | cut -c 3-). No key is forgotten before all do. See their logs for encryption, and run up again"
}

# all reads|writes: every API server of the cluster does so by what it has loaded. One of a master that leaves is among them.
all() {
  local server loaded told
  behind=("it is not known which there are, for the API does not answer on $(hostname)")
  if told=$(api_servers); then
    behind=()
    while read -r server; do
      loaded=$(loaded_by "$server") || loaded=
      "$1" "$loaded" "$ENCRYPTION" || behind+=("$server")
    done < <(printf '%s\n' "${MASTERS[@]}" "$told" | sort -u)
  fi
  [ "${#behind[@]}" = 0 ] || { sleep 2 && return 1; }
}

# loaded_by SERVER: the list of providers that it has loaded; nothing where it tells of none that is known.
loaded_by() {
  local digest
  digest=$(api --fail "https://$1/metrics" | sed -n 's/^apiserver_encryption_config_controller_last_config_info{.*,hash="sha256:\([0-9a-f]*\)".*/\1/p' | tail -n 1)
  printf '%s' "${lists[${digest:-none}]:-}"
}

api() {
  curl -sS --max-time 20 --user-agent keelson --cacert /etc/kubernetes/pki/ca.crt --cert "$rights/certificate" --key "$rights/key" "$@"
}

# others_secrets: NAMESPACE/NAME of each Secret in etcd that is not by what is to write. Thirty characters say so, which are forty in base64.
others_secrets() {
  local next end page last wanted
  next=$(base64_of "$ETCD_PREFIX/secrets/")
  end=$(base64_of "$ETCD_PREFIX/secrets0")
  wanted=$(base64_of "$(printf 'k8s:enc:secretbox:v1:key-%04d:' "$ENCRYPTION")")
  while :; do
    page=$(values_after "$next" "$end" 100)
    [ -n "$page" ] || return 0
    awk -v wanted="$wanted" -v plain="$ENCRYPTION" '
      (plain == "0" && substr($2, 1, 8) == "azhzOmVu") || (plain != "0" && $2 != wanted) { print $1 }' <<<"$page" |
      while read -r last; do printf '%s\n' "$(base64 -d <<<"$last")"; done | sed "s#^$ETCD_PREFIX/secrets/##"
    last=$(tail -n 1 <<<"$page")
    next=$({ base64 -d <<<"${last% *}" && printf '\0'; } | base64 -w 0)
  done
}

# write_again: those whose names it reads. A change of nothing is stored where what is there is by another key: no content is sent, what others
# write goes on, and one that is gone stays gone. Prints what the server refused.
write_again() {
  sed "s#\(.*\)/\(.*\)#url = \"https://$ENDPOINT/api/v1/namespaces/\1/secrets/\2\"\noutput = \"/dev/null\"#" |
    api --config - --request PATCH --data '{}' --header 'Content-Type: application/merge-patch+json' \
      --header 'Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' --write-out '%{http_code} %{url_effective}\n' 2>/dev/null |
    grep -vE '^(200|404) ' || true
}

down() { :; }
