import { compareVersions, minorOf, supportedVersions } from "../artifacts";
import type { Running } from "../survey";
import { having, joining, leaving, listed, newlyLost, restores, type Topology } from "./topology";

/** Minor releases that a kubelet may be older than the API servers it speaks to. Source: Kubernetes, "Version Skew Policy". */
export const kubeletLag = 3;

export const noReleases: Running = { apiServers: {}, kubelets: {}, members: {} };

/** What a release of Kubernetes is to take the place of. */
export interface Upgrade {
  readonly from: string;
  readonly to: string;
  /** Releases of the nodes' kubelets, by their nodes, where they were asked. @default those of `from` */
  readonly kubelets?: Readonly<Record<string, string>>;
  /** Releases that can be installed. @default those of the lock */
  readonly available?: readonly string[];
}

/** Why a release of Kubernetes cannot take the place of another, each with the way that is safe. */
export function upgradeFaults({
  from,
  to,
  kubelets = {},
  available = supportedVersions(),
}: Upgrade): readonly string[] {
  const steps = minorNumber(to) - minorNumber(from);
  if (steps < 0) {
    return [
      "a downgrade to an older minor release is supported by no part of Kubernetes, and etcd's data may be unreadable to it. The way: set it back",
    ];
  }
  if (steps === 0 && compareVersions(to, from) < 0) {
    const later = available.filter((version) => isNext(from, version));
    const or = later.length === 0 ? "" : `; a later release may take its place: ${later.join(", ")}`;
    return [
      `an older patch release is not put under a cluster that ran a newer one. The way: leave it at ${from}${or}`,
    ];
  }
  return [
    ...(available.includes(to)
      ? []
      : [
          `the lock has no release ${to}. The way: use one of ${available.join(", ")}, or add it with \`make lock VERSION=${to}\``,
        ]),
    ...(steps > 1 ? [leftOut(from, to, available)] : []),
    ...oldKubelets(kubelets, to),
  ];
}

/** Why the next upgrade cannot begin: the one before is not over. */
export function underWay(
  release: string,
  { apiServers, kubelets }: Pick<Running, "apiServers" | "kubelets">,
): readonly string[] {
  const others = (of: Readonly<Record<string, string>>, what: string) =>
    Object.entries(of).flatMap(([name, version]) => (version === release ? [] : [`${what} of ${name} (${version})`]));
  const behind = [...others(apiServers, "the API server"), ...others(kubelets, "the kubelet")];
  if (behind.length === 0) return [];
  return [
    `${listed(behind)} ${behind.length === 1 ? "is" : "are"} not of ${release}, and one upgrade ends before the next begins. The way: set it back, and run up`,
  ];
}

/** Why an upgrade to another minor release cannot begin: a kubelet that does not run is started on that release at once, before the masters have it. */
export function notReadyFor(to: string, from: string, { notReady = [] }: Running): readonly string[] {
  if (notReady.length === 0 || minorNumber(to) <= minorNumber(from)) return [];
  const [what, them] = notReady.length === 1 ? ["the node", "it"] : ["the nodes", "them"];
  return [
    `${what} of ${listed(notReady)} ${notReady.length === 1 ? "is" : "are"} not ready, and an upgrade to another minor release begins when all are. ` +
      `The way: mend ${them} with kubernetes.version: ${from} (make doctor says what is wrong), or mark ${them} as lost, and run up; then upgrade`,
  ];
}

/** Why an upgrade cannot begin while nodes go that are not ready: add-ons are awaited on all nodes, and who is gone would keep it from its end. */
export function letGoFirst(to: string, from: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const [what, are, they] = names.length === 1 ? ["the node", "is", "it goes"] : ["the nodes", "are", "they go"];
  return [
    `${what} of ${listed(names)} ${are} to go, and ${are} not ready, or will not be: ${they} when all masters have the release, and masters begin when all nodes are ready. ` +
      `The safe order: 1. let ${listed(names)} go with kubernetes.version: ${from}, and run up; 2. set it to ${to}, and run up`,
  ];
}

/** Nodes that go in a change, and are not ready, or will not be: those of machines that are lost, and of others that leave. */
export function unreadyGone(before: Topology, after: Topology, { unready = [] }: Running): readonly string[] {
  const lost = newlyLost(before, after).filter(({ roles }) => roles.some((role) => role !== "etcd"));
  const going = [...leaving(before, after), ...after.machines.filter(({ lost }) => lost)];
  const names = [...lost, ...going.filter(({ name }) => unready.includes(name))].map(({ name }) => name);
  return [...new Set(names)].sort();
}

/** The newest release that an API server runs, where all are older than the one that was accepted; undefined where one has gone there, or nobody knows. */
export function notBegun(to: string, { apiServers, silent = false }: Running): string | undefined {
  const newest = Object.values(apiServers).sort(compareVersions).at(-1);
  return newest !== undefined && !silent && compareVersions(newest, to) < 0 ? newest : undefined;
}

/** Why an older release is refused that may be the way back: nobody told what runs. Undefined where it is newer, or somebody did. */
export function unasked(
  from: string,
  to: string,
  running: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  if (Object.keys(running).length > 0 || compareVersions(to, from) >= 0) return undefined;
  return [
    `it may go back while one still runs ${to}, and no machine told what it runs. The way: leave keelson:survey on, see that masters and members of etcd answer, and run up again; or set it back to ${from}`,
  ];
}

/** Whether a release may take the place of another in one go. */
function isNext(from: string, to: string): boolean {
  const steps = minorNumber(to) - minorNumber(from);
  return steps === 1 || (steps === 0 && compareVersions(to, from) > 0);
}

function leftOut(from: string, to: string, available: readonly string[]): string {
  const between = Array.from({ length: minorNumber(to) - minorNumber(from) - 1 }, (_, at) => {
    const minor = `1.${minorNumber(from) + at + 1}`;
    return available.filter((version) => minorOf(version) === minor).at(-1) ?? `a release of ${minor}`;
  });
  const order = [...between, to].map((version, at) => `${at + 1}. set it to ${version}, and run up`);
  return `an upgrade goes from each minor release to the next, and may leave none out. The safe order: ${order.join("; ")}`;
}

function oldKubelets(kubelets: Readonly<Record<string, string>>, to: string): readonly string[] {
  const old = Object.entries(kubelets).filter(([, version]) => minorNumber(to) - minorNumber(version) > kubeletLag);
  if (old.length === 0) return [];
  const names = listed(old.map(([node, version]) => `${node} (${version})`));
  return [
    `the ${old.length === 1 ? "kubelet" : "kubelets"} of ${names} would be more than ${kubeletLag} minor releases behind the API servers. The way: run up with the release that the cluster has, until all nodes have it`,
  ];
}

/**
 * Why a release of etcd cannot take the place of another. Source: etcd documentation, "Upgrading etcd from v3.5 to v3.6"
 * and "from v3.6 to v3.7"; the oldest one that Kubernetes takes: kubeadm, MinExternalEtcdVersion.
 */
export function etcdFaults(from: string, to: string): readonly string[] {
  const steps = minorNumber(to) - minorNumber(from);
  if (steps < 0) {
    return ["a member of etcd does not start on the data of a newer minor release. The way: go on with the newer one"];
  }
  if (steps === 0 && compareVersions(to, from) < 0) {
    return [
      `an older patch release of etcd is not put on the data of a newer one. The way: go on with ${from}, or later`,
    ];
  }
  if (steps > 1) {
    return [
      `an upgrade of etcd goes from each minor release to the next. The safe order: 1. go to 3.${minorNumber(from) + 1}; 2. go on from there`,
    ];
  }
  const needed = steps === 1 ? lastOf[minorOf(from)] : undefined;
  return [
    ...(needed !== undefined && compareVersions(from, needed) < 0
      ? [
          `members of etcd ${from} may come to ${minorOf(to)} with others' votes. The safe order: 1. go to ${needed} or later; 2. go to ${to}`,
        ]
      : []),
    ...(compareVersions(to, oldestEtcd) < 0 ? [`kubeadm takes no etcd that is older than ${oldestEtcd}`] : []),
  ];
}

/** The patch release of a minor, or later, from which the next minor is safe. */
const lastOf: Readonly<Record<string, string>> = { "3.5": "3.5.26", "3.6": "3.6.11" };
const oldestEtcd = "3.5.24";

/** Why an upgrade of Kubernetes cannot be part of a change of the cluster's shape: each is proven by what the other moves. */
export function alongside(before: Topology, after: Topology): readonly string[] {
  return orderOf([...centralChanges(before, after), ...restored(before, after)]);
}

/** Why another minor release of etcd cannot be part of one, or of an upgrade of Kubernetes. */
export function etcdAlongside(before: Topology, after: Topology): readonly string[] {
  const release = "kubernetes.version";
  return orderOf([
    ...centralChanges(before, after),
    ...restored(before, after),
    ...(before.fixed[release] === after.fixed[release] ? [] : [`${release} would change`]),
  ]);
}

function restored(before: Topology, after: Topology): readonly string[] {
  return restores(before, after) ? ["etcd would be set back to a backup"] : [];
}

function orderOf(changes: readonly string[]): readonly string[] {
  if (changes.length === 0) return [];
  return [
    `${changes.join(", and ")} in the same change, and masters and members of etcd go to another release only while all else stays as it is. ` +
      "The safe order: 1. change what else is to change with the release that the cluster has, and run up; 2. change the release, and run up",
  ];
}

/** What becomes of masters and members of etcd. */
export function centralChanges(before: Topology, after: Topology): readonly string[] {
  const isCentral = ({ roles }: { readonly roles: readonly string[] }) =>
    roles.includes("master") || roles.includes("etcd");
  const named = (places: readonly { readonly name: string; readonly roles: readonly string[] }[], what: string) => {
    const names = places.filter(isCentral).map(({ name }) => name);
    return names.length === 0 ? [] : [`${listed(names)} ${what}`];
  };
  const turned = (["master", "etcd"] as const).flatMap((role) => {
    const [old, now] = [having(before, role), having(after, role)];
    const known = new Set([...before.machines, ...after.machines].map(({ name }) => name));
    const moved = [...known].filter((name) => old.includes(name) !== now.includes(name));
    const stay = moved.filter((name) => isIn(before, name) && isIn(after, name));
    return stay.length === 0 ? [] : [`${listed(stay)} would be given, or lose, the role ${role}`];
  });
  const runtime = "kubernetes.runtime";
  return [
    ...named(joining(before, after), "would join"),
    ...named(leaving(before, after), "would leave"),
    ...named(newlyLost(before, after), "would be marked as lost"),
    ...turned,
    ...(before.fixed[runtime] === after.fixed[runtime] ? [] : [`${runtime} would change`]),
  ];
}

function isIn({ machines }: Topology, wanted: string): boolean {
  return machines.some(({ name, lost }) => name === wanted && !lost);
}

/** Whether releases are of different minors. */
export function isMinorStep(from: string, to: string): boolean {
  return minorNumber(from) !== minorNumber(to);
}

/** 36 of "1.36.3", and of "v1.36.3". */
export function minorNumber(version: string): number {
  return Number(version.split(".")[1]);
}
