# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='m-docker'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

# Here is the text of components/script/found.sh.

# Here is the text of components/artifacts/fetch.sh.

# Here is the text of components/artifacts/install.sh.

# Here is the text of components/artifacts/versions.sh.

# Here is the text of components/docker/cgroup.sh.

readonly PACKAGES='docker'

readonly RUNTIME='docker'

readonly -a PROGRAMS=('cri-dockerd archive /usr/local/bin file:///srv/mirror/it'\''s$(x)/Mirantis/cri-dockerd/releases/download/v0.3.26/cri-dockerd-0.3.26.amd64.tgz 87f31c964d974cdce9c883c79b69e355c3c323e51d3a7d36cda140e6df7b8d5a file:///srv/mirror/it'\''s$(x)/Mirantis/cri-dockerd/releases/download/v0.3.26/cri-dockerd-0.3.26.arm64.tgz d33e46e0d7ce28b22fdf7fa6327961cf0220ec3814fd7cc482f8cb77e7fd986a cri-dockerd/cri-dockerd')

readonly CONTAINERD_CONFIG=''

readonly ADOPT='false'

readonly PROGRAM='its digest'

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

main "$1" </dev/null
exit
