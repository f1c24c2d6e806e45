# How a machine with a member of etcd asks members, with the certificate that it has for that.

# etcd_ctl_at URLS ARGUMENT...: asks the members at these URLs, with commas between them.
etcd_ctl_at() {
  local endpoints=$1 pki=/etc/etcd/pki/etcd
  shift
  etcdctl --endpoints="$endpoints" --cacert="$pki/ca.crt" \
    --cert="$pki/healthcheck-client.crt" --key="$pki/healthcheck-client.key" "$@"
}

# own_member ARGUMENT...: asks this machine's member, where its unit says that it serves.
own_member() { etcd_ctl_at "$(member_url)" "$@"; }

member_url() { sed -n 's/.*--advertise-client-urls=\(\S*\).*/\1/p' /etc/systemd/system/etcd.service; }

# health_of URL [SECONDS]: "well" where a read that a quorum has to agree to is answered there, "full" where all that is read is, and no write.
health_of() {
  local said
  if said=$(etcd_ctl_at "$1" endpoint health --command-timeout="${2:-3}s" 2>&1); then
    printf well
  elif [[ $said = *NOSPACE* && $said != *CORRUPT* ]]; then
    printf full
  else
    printf unwell
  fi
}

# is_well URL [SECONDS]: one that is full is well enough.
is_well() { [ "$(health_of "$@")" != unwell ]; }

# has_member: a member was made here, and can be asked.
has_member() { [ -e /etc/etcd/pki/etcd/healthcheck-client.crt ]; }
