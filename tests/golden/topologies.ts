import { createHash } from "node:crypto";
import { join } from "node:path";

type Config = Readonly<Record<string, unknown>>;

/** The lock of a bundle that nobody has built: its digests are made up. */
const lock = join(__dirname, "bundle-lock.json");

/** The configuration of each topology, by its name. */
export function topologies(privateKeyFile: string): Readonly<Record<string, Config>> {
  return {
    single: single(privateKeyFile),
    small,
    ha: ha(privateKeyFile),
    "ha-etcd": haEtcd(privateKeyFile),
    hostile: hostile(privateKeyFile),
  };
}

/** A public key that is nobody's, another one for each name. */
export function hostKey(name: string): string {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const key = Buffer.concat([Buffer.from("ssh-ed25519"), createHash("sha256").update(name).digest()].map(field));
  return `ssh-ed25519 ${key.toString("base64")}`;
}

function remote(name: string, last: number, more: Config = {}): Config {
  return { name, address: `192.0.2.${last}`, ssh: { hostKey: hostKey(name) }, ...more };
}

/** One machine is all there is, and takes pods. */
function single(privateKeyFile: string): Config {
  return {
    provider: "ssh",
    ssh: { privateKeyFile },
    machines: [remote("only", 10, { roles: ["master", "etcd", "worker"] })],
  };
}

/** The stack that `make up` builds, with something said of each node. */
export const small: Config = {
  provider: "local",
  machines: [
    { name: "master-1", roles: ["master", "etcd"] },
    { name: "worker-1", labels: { "example.com/disk": "ssd" }, allocatable: { cpu: "500m", memory: "1Gi" } },
    { name: "worker-2", unschedulable: true, taints: [{ key: "dedicated", value: "db", effect: "NoSchedule" }] },
  ],
  artifacts: { lock },
};

/** Three masters, each with a member of etcd, which hold an address together. */
function ha(privateKeyFile: string): Config {
  return {
    provider: "ssh",
    ssh: { user: "ubuntu", privateKeyFile },
    machines: [
      ...[1, 2, 3].map((number) => remote(`master-${number}`, 10 + number, { roles: ["master", "etcd"] })),
      remote("worker-1", 31),
    ],
    kubernetes: { virtualAddress: "192.0.2.10", bindPort: 8443 },
    artifacts: { source: "bundle", lock },
  };
}

/** etcd apart from the control plane, containerd under the kubelets, and a bastion before all machines. */
function haEtcd(privateKeyFile: string): Config {
  const bastion = { host: "bastion.example.com", port: 2222, user: "jump", hostKey: hostKey("bastion") };
  return {
    provider: "ssh",
    ssh: { user: "ubuntu", privateKeyFile, bastion },
    machines: [
      remote("master-1", 11, { roles: ["master"] }),
      ...[1, 2, 3].map((number) => remote(`etcd-${number}`, 20 + number, { roles: ["etcd"] })),
      ...[1, 2].map((number) => remote(`worker-${number}`, 30 + number)),
    ],
    kubernetes: { runtime: "containerd", advertiseAddress: "192.0.2.100", networking: { podSubnet: "10.32.0.0/12" } },
    flannel: { backend: "host-gw", mtu: 1400 },
    etcd: {
      backup: {
        to: "sftp:backup@store.example.com:/srv/etcd",
        ...{ hostKey: hostKey("store"), privateKeyFile, password: "made up", every: "30m" },
      },
      restore: { generation: 2 },
    },
    artifacts: { source: "bundle", directory: "/srv/bundle", lock },
    workloads: { nginx: { image: "nginx:stable", replicas: 5, nodePort: 31000 } },
  };
}

/** Texts that end a quotation, run a command, or look like the end of a file, wherever they do not know better. */
const flag = `'"\`id\`$(id)\${HOME}%h%%\\;#&|*é☸`;
const nasty = `${flag} \`touch /tmp/a\` $(touch /tmp/b) $'\\x41' !! ~ {a,b}`;
const lines = `first 'line'\nEND_OF_FILE\n${nasty}\n\n\ttab\\\n@SYSTEMD_CGROUP@ last`;

const audit = "/etc/kubernetes/keelson/audit.yaml";

/** Every text that may be anything is as hostile as it can be. */
function hostile(privateKeyFile: string): Config {
  return {
    provider: "ssh",
    ssh: { user: "_odd-user_", port: 2222, privateKeyFile, hostKeyChecking: false },
    machines: [
      {
        name: "m",
        roles: ["master", "etcd"],
        address: "198.51.100.1",
        ssh: { host: "jump.example.com", port: 65535, user: "root" },
        labels: { "example.com/Odd_Key.1": "A_b-c.9", empty: "" },
        annotations: { "example.com/nasty": nasty, lines },
        taints: [],
      },
      { name: "0-w", address: "198.51.100.2", annotations: { lines } },
    ],
    kubernetes: {
      bindPort: 8443,
      networking: { dnsDomain: "odd-1.example" },
      apiServer: {
        extraArgs: {
          "oidc-issuer-url": flag,
          v: 2,
          "oidc-groups-prefix": [nasty, "oidc: "],
          "audit-policy-file": audit,
        },
        certSANs: ["api.example.com", "203.0.113.7", "*.example.org", "2001:db8::7"],
        extraVolumes: [{ name: "logs", hostPath: "/srv/a+b@c", mountPath: "/var/log/audit" }],
        files: [{ path: audit, content: lines }],
      },
      controllerManager: { extraArgs: { "feature-gates": "A=true,B=false", x: "yes" } },
      scheduler: { extraArgs: { y: flag } },
      kubelet: {
        failSwapOn: true,
        anonymous: true,
        configuration: { staticPodURLHeader: { [nasty]: [lines] }, providerID: lines },
      },
    },
    docker: { packages: "docker", daemon: { labels: [lines, nasty], [nasty]: null, "log-driver": "local" } },
    etcd: {
      dataDir: "/data/etcd+odd@1",
      clientPort: 12379,
      peerPort: 12380,
      extraArgs: { "log-format": flag, "auto-compaction-retention": 8, "snapshot-count": "a$b%c" },
    },
    artifacts: {
      source: "mirror",
      baseUrl: "file:///srv/mirror/it's$(x)",
      imageRegistry: "registry.example.com:5000/a",
    },
    workloads: { enabled: false },
  };
}
