import { kubeletLag, minorNumber } from "./versions";

/** A part of Kubernetes that speaks to API servers. */
export interface Client {
  readonly kind: "controller manager" | "scheduler" | "kubelet" | "kube-proxy";
  /** Its machine. */
  readonly on: string;
  /** Its release, "1.36.3". */
  readonly version: string;
  /** Machines whose API servers it may come to speak to. */
  readonly reaches: readonly string[];
}

/** What runs of a cluster at one instant. */
export interface Running {
  /** Releases of the API servers, by their machines. */
  readonly apiServers: Readonly<Record<string, string>>;
  readonly clients: readonly Client[];
}

/**
 * Where releases are together that Kubernetes does not let be together; patch releases do not count. Source: Kubernetes
 * documentation, "Version Skew Policy".
 */
export function skewViolations({ apiServers, clients }: Running): readonly string[] {
  const servers = Object.entries(apiServers).map(([on, version]) => ({ on, version }));
  return [
    ...between(servers),
    ...clients.flatMap((client) =>
      ofClient(
        client,
        servers.filter(({ on }) => client.reaches.includes(on)),
      ),
    ),
    ...clients.flatMap((client) => besideKubelet(client, clients)),
  ];
}

interface Server {
  readonly on: string;
  readonly version: string;
}

function between(servers: readonly Server[]): readonly string[] {
  const [oldest, newest] = ends(servers);
  if (!oldest || !newest || apart(oldest, newest) <= 1) return [];
  return [
    `the API servers of ${newest.on} (${newest.version}) and ${oldest.on} (${oldest.version}) are more than one minor release apart`,
  ];
}

function ofClient(client: Client, servers: readonly Server[]): readonly string[] {
  const [oldest, newest] = ends(servers);
  if (!oldest || !newest) return [];
  const isNodes = client.kind === "kubelet" || client.kind === "kube-proxy";
  const lag = isNodes ? kubeletLag : 1;
  const subject = `the ${client.kind} of ${client.on} (${client.version})`;
  const of = ({ on, version }: Server) => `the API server of ${on} (${version})`;
  return [
    ...(apart(oldest, client) > 0 ? [`${subject} is newer than ${of(oldest)}`] : []),
    ...(apart(client, newest) > lag
      ? [
          `${subject} is more than ${lag === 1 ? "one minor release" : `${lag} minor releases`} older than ${of(newest)}`,
        ]
      : []),
  ];
}

function besideKubelet(proxy: Client, clients: readonly Client[]): readonly string[] {
  if (proxy.kind !== "kube-proxy") return [];
  const kubelet = clients.find(({ kind, on }) => kind === "kubelet" && on === proxy.on);
  if (!kubelet || Math.abs(apart(proxy, kubelet)) <= kubeletLag) return [];
  return [
    `the kube-proxy of ${proxy.on} (${proxy.version}) and its kubelet (${kubelet.version}) are more than ${kubeletLag} minor releases apart`,
  ];
}

/** Minor releases that one is behind another. */
function apart(one: { readonly version: string }, other: { readonly version: string }): number {
  return minorNumber(other.version) - minorNumber(one.version);
}

/** The oldest and the newest. */
function ends(servers: readonly Server[]): readonly [Server?, Server?] {
  const sorted = [...servers].sort((one, other) => apart(other, one));
  return [sorted[0], sorted.at(-1)];
}
