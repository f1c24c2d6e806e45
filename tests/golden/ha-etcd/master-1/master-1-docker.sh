# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-docker'

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

readonly RUNTIME='containerd'

readonly DATA_ROOT='/var/lib/docker'

readonly -a PROGRAMS=()

readonly ADOPT='false'

readonly PROGRAM='its digest'

readonly CONTAINERD_CONFIG='version = 2

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10.1"
  restrict_oom_score_adj = @RESTRICT_OOM_SCORE_ADJ@

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/opt/cni/bin"
  conf_dir = "/etc/cni/net.d"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = @SYSTEMD_CGROUP@
'

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
}
remove_files() {
  remove_file '/etc/docker/daemon.json'
}

# Here is the text of components/docker/docker.sh.

main "$@" </dev/null
exit
