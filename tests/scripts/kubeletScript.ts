import { Host } from "./host";

/** What the script of a machine's kubelet reads, on one that asks for little. */
export const kubeletValues = {
  RUNTIME: "docker",
  CRI_SOCKET: "unix:///run/cri.sock",
  PROGRAMS: [],
  IMAGES: [],
  KUBELET_CONFIG: "kind: KubeletConfiguration\n",
  KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml",
  KERNEL_SETTINGS: ["bridge.bridge-nf-call-iptables", "bridge.bridge-nf-call-ip6tables", "ipv4.ip_forward"].map(
    (name) => `net.${name}=1`,
  ),
  KERNEL_CHANGED: [] as string[],
  NAMESERVERS: [] as string[],
  ALLOCATABLE_MILLICPU: 0,
  ALLOCATABLE_BYTES: 0,
  RESERVED_MILLICPU: 0,
  RESERVED_MEMORY: ["104857600"],
};

const parts = [
  ...["docker/engine.sh", "kubelet/unit.sh", "artifacts/fetch.sh", "artifacts/install.sh"],
  ...["artifacts/versions.sh", "artifacts/images.sh"],
  ...["script/found.sh", "kubelet/leave.sh"],
];

export const gibibyte = 1024 ** 3;

/** A machine of 4 cores and 8 GiB whose Docker runs. */
export function kubeletHost(): Host {
  const host = new Host("systemctl", "journalctl", "modprobe", "socat");
  host.stub("docker", "echo systemd");
  host.stub("systemd-analyze", "exit 1");
  host.stub("nproc", "echo 4");
  host.write("proc/meminfo", `MemTotal: ${(8 * gibibyte) / 1024} kB\nMemFree: 1 kB\n`);
  host.write("sys/fs/cgroup/cgroup.controllers", "");
  host.write("etc/resolv.conf", "nameserver 192.0.2.53\n");
  return host;
}

/** Runs it. */
export function runKubelet(host: Host, direction: string, more: Partial<typeof kubeletValues> = {}) {
  const uses = parts.map((path) => Host.script(path));
  return host.run(
    { script: Host.script("kubelet/kubelet.sh"), uses, values: { ...kubeletValues, ...more } },
    direction,
  );
}
