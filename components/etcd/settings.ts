import { z } from "zod";

import { flagOfCertificates, type CertificateSettings } from "../certificates/settings";
import { flagOfMembers, type MachineConfig } from "../machine/settings";
import {
  directoriesOfPrograms,
  fields as f,
  flags,
  harm,
  harmIn,
  isFleeting,
  isFalse,
  isTrue,
  leaveOut,
  questions,
  show,
  type Contradiction,
  type Flags,
  type Frozen,
  type Harm,
  type Listener,
  type Owned,
} from "../settings";

const address = "it follows from the machine's address: set machines[].address";

/** Flags of etcd that keelson gives it. */
export const owned: Owned = {
  "advertise-client-urls": `${address} or etcd.clientPort`,
  "auto-tls": flagOfCertificates,
  "cert-file": flagOfCertificates,
  "client-cert-auth": "clients without a certificate are never let in: leave it out",
  "config-file": "etcd would not read its flags any more: give them in etcd.extraArgs",
  "data-dir": "set etcd.dataDir",
  "initial-advertise-peer-urls": `${address} or etcd.peerPort`,
  "initial-cluster": flagOfMembers,
  "initial-cluster-state": flagOfMembers,
  "key-file": flagOfCertificates,
  "listen-client-urls": `${address} or etcd.clientPort`,
  "listen-peer-urls": `${address} or etcd.peerPort`,
  name: "it is the machine's: set machines[].name",
  "peer-auto-tls": flagOfCertificates,
  "peer-cert-file": flagOfCertificates,
  "peer-client-cert-auth": "peers without a certificate are never let in: leave it out",
  "peer-key-file": flagOfCertificates,
  "peer-trusted-ca-file": flagOfCertificates,
  "trusted-ca-file": flagOfCertificates,
};

/** Directories of the system and of other programs, which etcd must not empty. */
const foreignDirectory = new RegExp(
  [
    "^/[^/]+$",
    "^/(var|usr|etc|lib|root|run|tmp)/[^/]+$",
    "^/etc/(kubernetes|etcd|cni)/",
    "^/(usr/(local/)?)?(s?bin|lib\\d*|boot)(/|$)",
    "^/var/lib/docker(/|$)",
    ...directoriesOfPrograms,
  ].join("|"),
);

const fleetingWay =
  "is emptied when a machine boots, or sooner, and the cluster's data would be lost: use a directory on a disk";
const foreignWay = "has other data in it: use a directory of etcd's own";

export const etcd = z.strictObject({
  dataDir: f
    .absolutePath()
    .refine((path) => !isFleeting(path), {
      error: ({ input }) => `${show(input)} ${fleetingWay}, as in "/var/lib/etcd"`,
    })
    .refine((path) => isFleeting(path) || !foreignDirectory.test(path), {
      error: ({ input }) => `${show(input)} ${foreignWay}, as in "/var/lib/etcd"`,
    })
    .default("/var/lib/etcd")
    .describe(
      "Directory of etcd's data on the machines; must be empty or absent at first. It is emptied by `pulumi destroy`.",
    )
    .meta({ immutable: true }),
  clientPort: f.port().default(2379).describe("TCP port for clients of etcd.").meta({ immutable: true }),
  peerPort: f.port().default(2380).describe("TCP port for traffic between members.").meta({ immutable: true }),
  user: z
    .enum(["etcd", "root"])
    .default("etcd")
    .describe(
      "As whom etcd runs: a system user of its own, which sees little more of its machine than its data, or root, who sees all. " +
        "The user is made where it is missing, and goes with the member.",
    ),
  extraArgs: flags(owned).describe("Additional flags of etcd."),
});

/** What etcd's members are made by. */
export type EtcdConfig = Frozen<z.output<typeof etcd>>;

const map = "etcd.extraArgs";

const members = `etcd refuses it beside its members, which follow from the machines with the role "etcd": ${leaveOut}`;
const discovery = ["discovery", "discovery-endpoints", "discovery-srv", "discovery-token"].map((name) =>
  harm(map, name, "any", () => true, members),
);

/** Certificates of clients have no names of hosts, and those of members one each. Source: etcd, embed/config.go. */
const letIn = [
  harm(
    ...([map, "client-cert-allowed-hostname", "any", () => true] as const),
    `API servers and health checks would not be let in, whose certificates name no host: ${leaveOut}`,
  ),
  ...["peer-cert-allowed-cn", "peer-cert-allowed-hostname"].map((name) =>
    harm(
      ...([map, name, "any", () => true] as const),
      `members would not let in those that come later, whose certificates have other names: ${leaveOut}`,
    ),
  ),
];

/** 100 MiB: a small cluster has a tenth of it. */
const smallestQuota = 104_857_600;

const milliseconds = (value: unknown, usual: number) => (value === undefined ? usual : Number(value));

/** Whether etcd refuses to start on its times. Source: etcd, embed/config.go, Validate. */
function isAmiss({ "election-timeout": election, "heartbeat-interval": heartbeat }: Flags) {
  return milliseconds(election, 1000) < 5 * milliseconds(heartbeat, 100) || milliseconds(election, 1000) > 50_000;
}

const times = "etcd starts only where election-timeout is five times heartbeat-interval at least, and 50000 at most";

const harms: readonly Harm[] = [
  harm(
    map,
    "force-new-cluster",
    "true",
    isTrue,
    `each restart would turn each member into a cluster of its own: ${leaveOut}`,
  ),
  harm(
    map,
    "unsafe-no-fsync",
    "true",
    isTrue,
    `a machine that loses its power would lose the cluster's data: ${leaveOut}`,
  ),
  harm(map, "strict-reconfig-check", "false", isFalse, `with it etcd refuses what would lose its quorum: ${leaveOut}`),
  harm(
    ...([map, "listen-client-http-urls", "any", () => true] as const),
    "etcd would report its health there alone, and no member would count as healthy: leave it out, or use listen-metrics-urls for metrics",
  ),
  harm(map, "election-timeout", "too short or too long", (_, flags) => isAmiss(flags), times),
  harm(
    ...([map, "heartbeat-interval", "too long"] as const),
    (_, flags) => flags["election-timeout"] === undefined && isAmiss(flags),
    times,
  ),
  harm(
    map,
    "wal-dir",
    "no absolute path",
    (path) => !f.absolutePath().safeParse(path).success,
    'use an absolute path, as in "/srv/etcd-wal"',
  ),
  harm(map, "wal-dir", "in memory", isFleeting, fleetingWay),
  harm(map, "wal-dir", "of others", (path) => !isFleeting(path) && foreignDirectory.test(path), foreignWay),
  harm(
    ...([map, "quota-backend-bytes", "below 104857600, but 0"] as const),
    (value) => value !== "0" && !(Number(value) >= smallestQuota),
    `etcd would soon be full, and then takes no writes, those included by which its members take turns to restart: use ${smallestQuota} at least, or leave it out for 2 GiB`,
  ),
  ...discovery,
  ...letIn,
  ...questions(map),
];

/** Flags with which etcd would not start, or lose the cluster's data. */
export function* etcdChecks({ configuration: { etcd } }: Subject): Generator<Contradiction> {
  yield* harmIn(map, etcd.extraArgs, harms);
  if (etcd.user === "etcd") yield* harmIn(map, etcd.extraArgs, [logFile, logDirectory(etcd)]);
}

interface Subject {
  readonly configuration: { readonly etcd: EtcdConfig };
}

const logFile = harm(
  ...([map, "log-outputs", "a file"] as const),
  (value) => value.split(",").some((output) => output.trim().startsWith("/")),
  'the user etcd writes nothing but its data: leave it out, for journalctl -u etcd has it, or set etcd.user to "root"',
);

/** etcd makes it under another name beside it, and renames that. Source: etcd, server/storage/wal, Create. */
const logDirectory = ({ dataDir }: EtcdConfig) =>
  harm(
    ...([map, "wal-dir", "outside of etcd.dataDir"] as const),
    (path) => f.absolutePath().safeParse(path).success && !path.startsWith(`${dataDir}/`),
    'etcd makes it by renaming a directory beside it, where the user etcd may write nothing: set etcd.user to "root", or leave it out',
  );

/** Where a member of etcd listens. */
export function etcdListens({ clientPort, peerPort }: EtcdConfig): readonly Listener[] {
  return [
    { what: "etcd.clientPort", port: clientPort, path: ["etcd", "clientPort"], program: "etcd" },
    { what: "etcd.peerPort", port: peerPort, path: ["etcd", "peerPort"], program: "etcd" },
  ];
}

/** What of the stack's settings the members of etcd follow. */
export interface EtcdSettings extends CertificateSettings {
  readonly machines: readonly MachineConfig[];
  readonly lost: readonly MachineConfig[];
  readonly etcd: EtcdConfig & { readonly version: string; readonly restore?: { readonly generation: number } };
  readonly kubernetes: { readonly version: string };
}
