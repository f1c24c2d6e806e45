import type { EtcdConfig } from "./settings";
import type { Machine } from "../machine";
import { cipherSuites, yaml, type ScriptFile } from "../script";

/** Outside of /etc/kubernetes, which `kubeadm reset` empties. */
export const etcdPki = "/etc/etcd/pki";

/** Where a member is: a machine, or its configuration. */
export type Addressed = Pick<Machine, "address">;

/** The URL at which an etcd member serves clients. */
export function clientUrl(machine: Addressed, etcd: EtcdConfig): string {
  return `https://${machine.address}:${etcd.clientPort}`;
}

/** The URL at which an etcd member speaks with the others. */
export function peerUrl(machine: Addressed, etcd: EtcdConfig): string {
  return `https://${machine.address}:${etcd.peerPort}`;
}

/** Members as etcd is told of them at its beginning: "name=url,name=url". */
export function initialCluster(members: readonly Machine[], etcd: EtcdConfig): string {
  return members.map((member) => `${member.name}=${peerUrl(member, etcd)}`).join(",");
}

/** What only counts when a member has no data yet; its script writes it then, and never again. */
export const beginningFile = "/etc/etcd/beginning.env";

export const etcdUnitFile = "/etc/systemd/system/etcd.service";

/** Is there when the machine's member of etcd has had data, and says on which file system; outside of that. */
export const markFile = "/var/lib/keelson/etcd-member";

/**
 * What keeps an empty directory, or one whose disk is not mounted, from being taken for a member's beginning, at boot as well.
 * A file of its own: it counts from the next start on, and is no reason for one.
 */
export function etcdDataGuard(etcd: EtcdConfig): ScriptFile {
  const { dataDir } = etcd;
  const directories = etcdDirectories(etcd);
  const [, log] = directories;
  // What a member has voted for is in its log.
  const isMissing = log === undefined ? "" : ` || ! ls ${log}/*.wal >/dev/null 2>&1`;
  const missing =
    `${dataDir}/member${log === undefined ? " is" : `, or the log in ${log}, is`} not there, where this member of etcd has had its data: it does not start, for an empty one would be ` +
    `another cluster. Mount the disk, or bring the data back: then it starts by itself. ` +
    `Where other members are well, and the data is gone for good, mark the machine as lost, run up, take that back, and run up: it joins anew.`;
  const check = `if [ -e ${markFile} ] && { [ ! -d ${dataDir}/member ]${isMissing}; }; then echo "${missing}" >&2; exit 1; fi`;
  // The member is ready when it is part of a quorum: from then on it has founded, or joined, and never does so again.
  const note = `stat -c %%m ${directories.join(" ")} >${markFile}; sed -i s/=new$$/=existing/ ${beginningFile}`;
  return {
    path: `${etcdUnitFile}.d/data.conf`,
    content: `[Unit]
RequiresMountsFor=${directories.join(" ")}

[Service]
ExecStartPre=+/bin/sh -c '${check}'
ExecStartPost=-+/bin/sh -c '${note}'
`,
  };
}

/** Directories that a member writes in. */
export function etcdDirectories({ dataDir, extraArgs }: EtcdConfig): readonly string[] {
  const log = extraArgs["wal-dir"];
  return [dataDir, ...(log === undefined ? [] : [log])];
}

/**
 * The member as a user of its own, which sees and changes as little as it needs. What it is to write is given to it at each start, for
 * it may be an earlier release's, of root, or have been put there by whoever set etcd back to a backup. Source: systemd.exec(5).
 */
function sandbox(etcd: EtcdConfig): string {
  if (etcd.user === "root") return "";
  const directories = etcdDirectories(etcd);
  // Each is a mount of its own, into which nothing can be renamed.
  const writable = directories.filter((path) => !directories.some((other) => path.startsWith(`${other}/`)));
  const others = `-name lost+found -prune -o ( ! -user etcd -o ! -group etcd ) -exec chown --no-dereference etcd:etcd {} +`;
  const low = [etcd.clientPort, etcd.peerPort].some((port) => port < 1024);
  const homes = directories.some((path) => /^\/(home|root|run\/user)\//.test(path));
  return `User=etcd
Group=etcd
UMask=0077
ExecStartPre=+/usr/bin/find ${directories.map(systemdWord).join(" ")} ${others}
ReadWritePaths=${writable.map(systemdWord).join(" ")}
NoNewPrivileges=yes
CapabilityBoundingSet=${low ? "CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE" : ""}
ProtectSystem=strict
${homes ? "" : "ProtectHome=yes\n"}PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
`;
}

/** One member as a service; every listener asks for a certificate of the cluster's own authority. */
export function etcdUnit(machine: Machine, etcd: EtcdConfig): ScriptFile {
  const flags = etcdFlags(machine, etcd);
  const words = Object.entries(flags).map(([flag, value]) => systemdWord(`--${flag}=${value}`));
  return {
    path: etcdUnitFile,
    mode: "0600",
    content: `[Unit]
Description=etcd, the key-value store of the Kubernetes cluster
Documentation=https://etcd.io/docs/
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
EnvironmentFile=-${beginningFile}
${sandbox(etcd)}ExecStart=/usr/local/bin/etcd ${words.join(" \\\n  ")}
Restart=always
RestartSec=2
# The first start waits for a quorum of the members, which start at their own time.
TimeoutStartSec=infinity
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
`,
  };
}

function etcdFlags(machine: Machine, etcd: EtcdConfig): Record<string, string> {
  return {
    name: machine.name,
    "data-dir": etcd.dataDir,
    "listen-client-urls": `${clientUrl(machine, etcd)},https://127.0.0.1:${etcd.clientPort}`,
    "advertise-client-urls": clientUrl(machine, etcd),
    "listen-peer-urls": peerUrl(machine, etcd),
    "initial-advertise-peer-urls": peerUrl(machine, etcd),
    "cert-file": `${etcdPki}/etcd/server.crt`,
    "key-file": `${etcdPki}/etcd/server.key`,
    "trusted-ca-file": `${etcdPki}/etcd/ca.crt`,
    "client-cert-auth": "true",
    "peer-cert-file": `${etcdPki}/etcd/peer.crt`,
    "peer-key-file": `${etcdPki}/etcd/peer.key`,
    "peer-trusted-ca-file": `${etcdPki}/etcd/ca.crt`,
    "peer-client-cert-auth": "true",
    "tls-min-version": "TLS1.2",
    // etcd takes no list where it speaks nothing but TLS 1.3.
    ...(etcd.extraArgs["tls-min-version"] === "TLS1.3" ? {} : { "cipher-suites": cipherSuites.join() }),
    ...etcd.extraArgs,
  };
}

/** One word of a command line in a unit. Source: systemd.service(5), "Command lines". */
function systemdWord(text: string): string {
  const escaped = text.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\;]/.test(text) ? `"${escaped.replace(/["\\]/g, "\\$&")}"` : escaped;
}

/** The kubeadm configuration that its `certs` phases sign a member's certificates by. */
export function certificateConfig(machine: Machine, kubernetesVersion: string, directory: string): string {
  const names = [machine.name, machine.address];
  return yaml(
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: machine.address },
      nodeRegistration: { name: machine.name, criSocket: "unix:///run/none.sock" },
    },
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "ClusterConfiguration",
      kubernetesVersion: `v${kubernetesVersion}`,
      certificatesDir: directory,
      etcd: { local: { serverCertSANs: names, peerCertSANs: names } },
    },
  );
}
