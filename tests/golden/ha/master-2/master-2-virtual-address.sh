# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-2-virtual-address'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

readonly CONFIG='global_defs {
  script_user root
  enable_script_security
  vrrp_check_unicast_src
}

vrrp_script api {
  script "/etc/keelson/virtual-address-check"
  interval 1
  timeout 5
  fall 3
  rise 1
}

vrrp_instance api {
  state BACKUP
  nopreempt
  interface @INTERFACE@
  virtual_router_id 10
  priority 199
  advert_int 1
  unicast_src_ip 192.0.2.12
  unicast_peer {
    192.0.2.11
    192.0.2.13
  }
  virtual_ipaddress {
    192.0.2.10/32
  }
  track_script {
    api
  }
}
'

readonly CONFIG_FILE='/etc/keelson/virtual-address.conf'

readonly ADDRESS='192.0.2.12'

readonly ENDPOINT='192.0.2.10:8443'

readonly -a OTHERS=('192.0.2.11' '192.0.2.13')

readonly PROGRAM='its digest'

write_files() {
  put '/etc/systemd/system/keelson-virtual-address.service' 0644 <<'END_OF_FILE'
[Unit]
Description=The address at which the masters of this cluster are reached together
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/sbin/keepalived --dont-fork --log-console --use-file /etc/keelson/virtual-address.conf --pid /run/keelson-virtual-address.pid --vrrp_pid /run/keelson-virtual-address-vrrp.pid
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
END_OF_FILE
  put '/etc/keelson/virtual-address-check' 0700 <<'END_OF_FILE'
#!/bin/sh
[ -z "$(find /run/keelson/yields-address -mmin -5 2>/dev/null)" ] || exit 1
ask() {
  curl -sS --max-time "${patience:-2}" --cacert /etc/kubernetes/pki/ca.crt --cert /etc/kubernetes/pki/apiserver-kubelet-client.crt \
    --key /etc/kubernetes/pki/apiserver-kubelet-client.key "$@" "https://${server:-192.0.2.12:8443}$path"
}
path=/readyz
case $(ask -w '
%{http_code}') in
*200) ;;
*'[-]etcd'* | *000)
  patience=1
  # By this node's proxy one answers that is ready: then etcd stalls for this one alone.
  if server=127.0.0.1:6444 && ask -f -o /dev/null; then exit 1; fi
  server=
  path='/livez?exclude=etcd'
  ask -f -o /dev/null && [ -n "$(ip -o -4 address show to '192.0.2.10')" ]
  exit
  ;;
*) exit 1 ;;
esac
path=/api/v1/nodes/master-2
answer=$(ask -w '
%{http_code}') || exit 0
case $answer in
*'"node-role.kubernetes.io/control-plane":'*200 | *'"keelson.io/machine":'*200) exit 0 ;;
*[!0-9]5[0-9][0-9] | *[!0-9]429 | *[!0-9]403) exit 0 ;;
*) exit 1 ;;
esac
END_OF_FILE
}
remove_files() {
  remove_file '/etc/keelson/virtual-address-check'
  remove_file '/etc/systemd/system/keelson-virtual-address.service'
}

# Here is the text of components/endpoint/virtualAddress.sh.

main "$@" </dev/null
exit
