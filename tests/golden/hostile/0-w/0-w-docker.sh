# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='0-w-docker'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

# Here is the text of components/script/found.sh.

# Here is the text of components/artifacts/fetch.sh.

# Here is the text of components/artifacts/install.sh.

# Here is the text of components/artifacts/versions.sh.

# Here is the text of components/docker/engine.sh.

readonly PACKAGES='docker'

readonly KEY_SHA256='1500c1f56fa9e26b9b8f42452a553675796ade0807cdce11975eb98170b3a570'

readonly RUNTIME='docker'

readonly DATA_ROOT='/var/lib/docker'

readonly CONTAINERD_CONFIG=''

readonly ADOPT='false'

readonly PROGRAM='its digest'

readonly -a PROGRAMS=('cri-dockerd archive /usr/local/bin file:///srv/mirror/it'\''s$(x)/Mirantis/cri-dockerd/releases/download/v0.4.4/cri-dockerd-0.4.4.amd64.tgz 109b7540053a507dd85ad7b9fee9cee9caae55feedcc28365d3e7ab4fb2172d5 file:///srv/mirror/it'\''s$(x)/Mirantis/cri-dockerd/releases/download/v0.4.4/cri-dockerd-0.4.4.arm64.tgz 4f96b4e9b7fcb1c90f78470325c2197a67fa28c0e0c901509437b791f5588a37 cri-dockerd/cri-dockerd')

write_files() {
  put '/etc/docker/daemon.json' 0644 <<'END_OF_FILE'
{
  "live-restore": true,
  "labels": [
    "first 'line'\nEND_OF_FILE\n'\"`id`$(id)${HOME}%h%%\\;#&|*é☸ `touch /tmp/a` $(touch /tmp/b) $'\\x41' !! ~ {a,b}\n\n\ttab\\\n@SYSTEMD_CGROUP@ last",
    "'\"`id`$(id)${HOME}%h%%\\;#&|*é☸ `touch /tmp/a` $(touch /tmp/b) $'\\x41' !! ~ {a,b}"
  ],
  "'\"`id`$(id)${HOME}%h%%\\;#&|*é☸ `touch /tmp/a` $(touch /tmp/b) $'\\x41' !! ~ {a,b}": null,
  "log-driver": "local"
}
END_OF_FILE
  put '/etc/systemd/system/cri-docker.service' 0644 <<'END_OF_FILE'
[Unit]
Description=CRI interface for Docker Engine
After=network-online.target docker.service
Wants=network-online.target
Requires=cri-docker.socket

[Service]
Type=notify
ExecStart=/usr/local/bin/cri-dockerd --container-runtime-endpoint fd:// --network-plugin cni --cni-bin-dir /opt/cni/bin --cni-conf-dir /etc/cni/net.d --pod-infra-container-image registry.example.com:5000/a/pause:3.10.2
ExecReload=/bin/kill -s HUP $MAINPID
Restart=always
RestartSec=2
LimitNOFILE=infinity
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
Delegate=yes
KillMode=process

[Install]
WantedBy=multi-user.target
END_OF_FILE
  put '/etc/systemd/system/cri-docker.socket' 0644 <<'END_OF_FILE'
[Unit]
Description=CRI socket of Docker Engine
PartOf=cri-docker.service

[Socket]
ListenStream=/run/cri-dockerd.sock
SocketMode=0660
SocketUser=root
SocketGroup=root

[Install]
WantedBy=sockets.target
END_OF_FILE
}
remove_files() {
  remove_file '/etc/systemd/system/cri-docker.socket'
  remove_file '/etc/systemd/system/cri-docker.service'
  remove_file '/etc/docker/daemon.json'
}

# Here is the text of components/docker/docker.sh.

main "$@" </dev/null
exit
