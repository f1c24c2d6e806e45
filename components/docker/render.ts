import type { ScriptFile } from "../script";

/** The socket where the kubelet finds the container runtime. */
export function criSocket(runtime: "docker" | "containerd"): string {
  return runtime === "docker" ? "unix:///run/cri-dockerd.sock" : "unix:///run/containerd/containerd.sock";
}

export const criDockerdFile = "/etc/systemd/system/cri-docker.service";

export const daemonFile = "/etc/docker/daemon.json";

/** Where Docker keeps containers, images and volumes. */
export function dataRoot(settings: Readonly<Record<string, unknown>>): string {
  const root = settings["data-root"];
  return typeof root === "string" ? root : "/var/lib/docker";
}

/**
 * Docker's daemon.json; logs are bounded unless the stack says otherwise, or chooses a driver with options of its own, and
 * containers outlive a restart of the daemon. Source: Docker documentation, "Live restore".
 */
export function daemonJson(settings: Readonly<Record<string, unknown>>): ScriptFile {
  const bounded = { "log-driver": "json-file", "log-opts": { "max-size": "10m", "max-file": "3" } };
  const defaults = (settings["log-driver"] ?? "json-file") === "json-file" ? bounded : {};
  const content = JSON.stringify({ "live-restore": true, ...defaults, ...settings }, null, 2);
  return { path: daemonFile, content };
}

/** cri-dockerd as socket and service. Source: the unit files in the cri-dockerd repository, packaging/systemd. */
export function criDockerdUnits(pauseImage: string): readonly ScriptFile[] {
  return [
    { path: criDockerdFile, content: criDockerdService(pauseImage) },
    { path: "/etc/systemd/system/cri-docker.socket", content: criDockerdSocket },
  ];
}

function criDockerdService(pauseImage: string): string {
  return `[Unit]
Description=CRI interface for Docker Engine
After=network-online.target docker.service
Wants=network-online.target
Requires=cri-docker.socket

[Service]
Type=notify
ExecStart=/usr/local/bin/cri-dockerd --container-runtime-endpoint fd:// --network-plugin cni --cni-bin-dir /opt/cni/bin --cni-conf-dir /etc/cni/net.d --pod-infra-container-image ${pauseImage}
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
`;
}

const criDockerdSocket = `[Unit]
Description=CRI socket of Docker Engine
PartOf=cri-docker.service

[Socket]
ListenStream=/run/cri-dockerd.sock
SocketMode=0660
SocketUser=root
SocketGroup=root

[Install]
WantedBy=sockets.target
`;

/**
 * containerd's config.toml. The two marked values depend on the machine, and its script fills them in: the cgroup
 * driver is Docker's, and OOM scores are left alone where the kernel forbids lowering them.
 */
export function containerdConfig(pauseImage: string): string {
  return `version = 2

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = @RESTRICT_OOM_SCORE_ADJ@

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/opt/cni/bin"
  conf_dir = "/etc/cni/net.d"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = @SYSTEMD_CGROUP@
`;
}
