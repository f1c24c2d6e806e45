# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-2-proxy'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

readonly CONFIG_FILE='/etc/keelson/api-proxy.cfg'

readonly PROGRAM='its digest'

write_files() {
  put '/etc/keelson/api-proxy.cfg' 0644 <<'END_OF_FILE'
global
  log stdout format raw daemon notice
  user haproxy
  group haproxy
  # One that was told to end looks after nobody's connections any more.
  hard-stop-after 5m

defaults
  log global
  mode tcp
  option clitcpka
  option srvtcpka
  retries 2
  option redispatch 1
  timeout connect 1s
  timeout check 2s
  timeout client 4h
  timeout server 4h

frontend api
  bind 127.0.0.1:6444
  use_backend alive if { nbsrv(ready) eq 0 }
  default_backend ready

backend ready
  balance leastconn
  option httpchk GET /readyz
  http-check expect rstatus ^(200|401|403)$
  default-server check check-ssl verify none inter 3s fastinter 500ms downinter 2s rise 1 fall 2 observe layer4 error-limit 1 on-error sudden-death on-marked-down shutdown-sessions
  server master-1 172.30.0.11:6443

backend alive
  balance leastconn
  option httpchk GET /livez?exclude=etcd
  http-check expect rstatus ^(200|401|403)$
  default-server check check-ssl verify none inter 10s fastinter 500ms downinter 2s rise 1 fall 2 observe layer4 error-limit 1 on-error sudden-death on-marked-down shutdown-sessions
  server master-1 172.30.0.11:6443
END_OF_FILE
  put '/etc/systemd/system/keelson-api-proxy.service' 0644 <<'END_OF_FILE'
[Unit]
Description=Proxy from this node to the API servers of its cluster
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=/usr/sbin/haproxy -Ws -f /etc/keelson/api-proxy.cfg
ExecReload=/usr/sbin/haproxy -c -q -f /etc/keelson/api-proxy.cfg
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
END_OF_FILE
}
remove_files() {
  remove_file '/etc/systemd/system/keelson-api-proxy.service'
  remove_file '/etc/keelson/api-proxy.cfg'
}

# Here is the text of components/endpoint/proxy.sh.

main "$@" </dev/null
exit
