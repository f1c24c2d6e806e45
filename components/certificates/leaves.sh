# When a certificate is to be issued anew, and how it takes the place of the one before.
# Reads: GOOD_UNTIL VALIDITY

# is_current PATH AUTHORITY: PATH.crt and PATH.key belong together, are of the authority that issues, and end as late as those that are issued
# in this epoch, but no later than one that is issued now.
is_current() {
  is_pair "$1" && is_of "$1.crt" "$2" && ends_well "$1.crt"
}

# has_names CERTIFICATE NAME...: it is good for all of them.
has_names() {
  local certificate=$1 name names
  shift
  names=$(openssl x509 -in "$certificate" -noout -ext subjectAltName | sed 's/, /\n/g; s/^ *//')
  for name; do
    grep -qxF -e "DNS:$name" -e "IP Address:$name" <<<"$names" || {
      log "$certificate is to be good for $name"
      return 1
    }
  done
}

# The timer has a deadline of its own. An hour more is for clocks that were set back.
ends_well() {
  local end
  end=$(ends_at "$1") &&
    [ "$end" -ge "${deadline:-$GOOD_UNTIL}" ] && [ "$end" -gt "$EPOCHSECONDS" ] && [ "$end" -le $((EPOCHSECONDS + VALIDITY + 3600)) ]
}

ends_at() { date -d "$(openssl x509 -in "$1" -noout -enddate | cut -d = -f 2)" +%s; }

# tell_ends FILE...: the first end of them, for the state.
tell_ends() {
  local file end first=
  for file; do
    [ -s "$file" ] || continue
    end=$(ends_at "$file")
    [ -n "$first" ] && [ "$first" -le "$end" ] || first=$end
  done
  [ -z "$first" ] || printf 'ends %s\n' "$first"
}

# put_pair NEW PATH: one right after the other: who reads between the two meets a pair that does not match, and reads again.
put_pair() {
  is_pair "$1" || die "what was issued for $2.crt on $(hostname) is no certificate with its key, and was not put in place"
  if [ "${1##*/}" = "${2##*/}" ]; then
    mv -f "$1.key" "$1.crt" "${2%/*}/"
  else
    mv -f "$1.key" "$2.key" && mv -f "$1.crt" "$2.crt"
  fi
}

# issuing_in DIRECTORY CONFIGURATION: a configuration of kubeadm by which certificates are issued in that directory.
issuing_in() {
  local kind="kind: ClusterConfiguration" rest
  rest=$(grep -vE '^certificate(sDir|ValidityPeriod): ' <<<"$2")
  printf '%s\n' "${rest/"$kind"/"$kind"$'\n'"certificatesDir: $1"$'\n'"certificateValidityPeriod: ${VALIDITY}s"}"
}

# issue KUBEADM ARGUMENT...: what it says is of interest only where it fails.
issue() {
  local said
  said=$("$@" 2>&1) || die "$(hostname): $* failed: $said"
}
