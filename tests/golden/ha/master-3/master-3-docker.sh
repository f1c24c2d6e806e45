# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-3-docker'

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

readonly PACKAGES='distribution'

readonly KEY_SHA256=''

readonly RUNTIME='docker'

readonly DATA_ROOT='/var/lib/docker'

readonly CONTAINERD_CONFIG=''

readonly ADOPT='false'

readonly PROGRAM='its digest'

readonly -a PROGRAMS=('cri-dockerd binary /usr/local/bin /opt/keelson/bundle/bin/cri-dockerd 6666666666666666666666666666666666666666666666666666666666666666 - -')

write_files() {
  put '/etc/docker/daemon.json' 0644 <<'END_OF_FILE'
{
  "live-restore": true,
  "log-driver": "json-file",
  "log-opts": {
    "max-size": "10m",
    "max-file": "3"
  }
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
ExecStart=/usr/local/bin/cri-dockerd --container-runtime-endpoint fd:// --network-plugin cni --cni-bin-dir /opt/cni/bin --cni-conf-dir /etc/cni/net.d --pod-infra-container-image registry.k8s.io/pause:3.10.1
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
