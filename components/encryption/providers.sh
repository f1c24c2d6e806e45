# Who keeps Secrets in etcd: lists of providers, of which the first writes and all read. "2 1 0" is key 2, key 1, and none at all.
# Reads: ENCRYPTION ENCRYPTION_KEYS PROVIDERS ETCD_ENDPOINTS ETCD_PREFIX

# In etcd, beside what is Kubernetes': who may write, for all masters read it.
readonly WRITER=keelson/encryption
readonly ETCD_PKI=/etc/kubernetes/pki

# know_lists: of every file that reads all keys there are, or one alone, by its digest: a server tells no more of what it has loaded.
know_lists() {
  local number key first list
  declare -gA secrets_key=() lists=()
  while read -r number key; do [ -z "$number" ] || secrets_key[$number]=$key; done <<<"$ENCRYPTION_KEYS"
  for ((first = ${#secrets_key[@]}; first >= 0; first--)); do
    for list in "$(everything "$first")" "$first"; do
      # shellcheck disable=SC2034,SC2086 # stages.sh reads it; numbers
      lists[$(providers_text $list | digest_of_text)]=$list
    done
  done
}

digest_of_text() { sha256sum | cut -d ' ' -f 1; }

# everything FIRST: FIRST writes, and all is read.
everything() {
  local list=$1 number
  for ((number = ${#secrets_key[@]}; number >= 0; number--)); do [ "$number" = "$1" ] || list+=" $number"; done
  printf '%s' "$list"
}

# providers_text NUMBER...
providers_text() {
  local number
  printf 'apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources: [secrets]\n    providers:\n'
  for number; do
    if [ "$number" = 0 ]; then
      printf '      - identity: {}\n'
    else
      printf '      - secretbox:\n          keys: [{ name: key-%04d, secret: %s }]\n' "$number" "${secrets_key[$number]}"
    fi
  done
}

# own_list: of this master's file; nothing where it has none, or one that is of nobody here.
own_list() {
  local list number
  [ -s "$PROVIDERS" ] || return 0
  list=$(sed -n 's/^ *keys: \[{ name: key-0*\([0-9]*\),.*/\1/p; s/^ *- identity: {}$/0/p' "$PROVIDERS" | paste -sd ' ' -)
  for number in $list; do [ "$number" = 0 ] || [ -n "${secrets_key[$number]:-}" ] || return 0; done
  # shellcheck disable=SC2086 # numbers
  if [ -n "$list" ] && cmp -s <(providers_text $list) "$PROVIDERS"; then printf '%s' "$list"; fi
}

# reads LIST NUMBER
reads() { [[ " $1 " = *" $2 "* ]]; }

writes() { [ "${1%% *}" = "$2" ]; }

# put_providers NUMBER...: at once and whole; the server reads it anew within a minute.
put_providers() {
  (umask 077 && make_directory "${PROVIDERS%/*}")
  providers_text "$@" | put "$PROVIDERS" 0600
}

# let_read: this master's server reads what is to be written, and writes what all others read. Etcd says what that is: a master that was
# away while keys took each other's places has one that all others may have forgotten.
let_read() {
  local own told
  [ -n "$ENCRYPTION" ] || return 0
  know_lists
  printf '%s\n' "${!secrets_key[@]}" | tr ' ' '\n' >"$STATE/encryption"
  own=$(own_list)
  told=$(noted_writer)
  if [ "$own" = "$ENCRYPTION" ] || { [ -n "$own" ] && [ "$own" = "$(everything "${told:-${own%% *}}")" ]; }; then
    note file "$PROVIDERS"
    return
  fi
  own=${told:-${own%% *}}
  own=${own:-$(writer)}
  # shellcheck disable=SC2046 # numbers
  put_providers $(everything "$own")
}

# read_everything: whatever etcd is set back to.
read_everything() {
  local own
  [ -n "$ENCRYPTION" ] && [ -s "$PROVIDERS" ] || return 0
  know_lists
  own=$(own_list)
  own=${own%% *}
  # shellcheck disable=SC2046 # numbers
  put_providers $(everything "${own:-$ENCRYPTION}")
}

forget_providers() {
  remove_file "$PROVIDERS"
  remove_empty "${PROVIDERS%/*}"
  rm -f "$STATE/encryption"
}

# writer: who may write where nobody has said so. A cluster that has anything is of a release that encrypted nothing.
writer() {
  local any
  any=$(values_after "$(base64_of "$ETCD_PREFIX/")" "$(base64_of "${ETCD_PREFIX}0")" 1)
  if [ -n "$any" ]; then
    printf 0
  else
    note_writer
    printf '%s' "$ENCRYPTION"
  fi
}

noted_writer() { ask_etcd range "{\"key\":\"$(base64_of "$WRITER")\"}" | sed -n 's/.*"value":"\([^"]*\)".*/\1/p' | base64 -d; }

# note_writer: all masters read it.
note_writer() { ask_etcd put "{\"key\":\"$(base64_of "$WRITER")\",\"value\":\"$(base64_of "$ENCRYPTION")\"}" >/dev/null; }

base64_of() { printf '%s' "$1" | base64 -w 0; }

# ask_etcd range|put TEXT: of the first member that answers, as one line without spaces.
ask_etcd() {
  local member told
  for member in "${ETCD_ENDPOINTS[@]}"; do
    told=$(curl -fsS --max-time 60 --cacert "$ETCD_PKI/etcd/ca.crt" --cert "$ETCD_PKI/apiserver-etcd-client.crt" \
      --key "$ETCD_PKI/apiserver-etcd-client.key" --data "$2" "$member/v3/kv/$1" 2>/dev/null) || continue
    tr -d '[:space:]' <<<"$told"
    return
  done
  die "no member of etcd answers $(hostname) at /v3/kv/$1 of ${ETCD_ENDPOINTS[*]}: see journalctl -u etcd there, and leave etcd.extraArgs.enable-grpc-gateway out"
}

# values_after KEY END COUNT: key and the beginning of its value, both in base64, a line each.
values_after() {
  ask_etcd range "{\"key\":\"$1\",\"range_end\":\"$2\",\"limit\":\"$3\"}" |
    tr '{' '\n' | sed -n 's/.*"key":"\([^"]*\)".*"value":"\([^"]\{0,40\}\).*/\1 \2/p'
}
