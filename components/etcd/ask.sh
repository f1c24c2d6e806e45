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

# has_member: a member was made here, and can be asked.
has_member() { [ -e /etc/etcd/pki/etcd/healthcheck-client.crt ]; }
