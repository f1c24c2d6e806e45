import type { Environment } from "../environment";
import { etcdMembersOf, mastersOf, type MachineConfig } from "../machine";

/** One way from a machine to another that the cluster needs. */
export interface Pair {
  readonly from: MachineConfig;
  readonly to: MachineConfig;
  readonly kind: "tcp" | "udp" | "vrrp";
  /** 0 where the kind has none. */
  readonly port: number;
  /** What speaks there, "the API". */
  readonly what: string;
}

/** Of more machines than these, each tries some of the others only. */
const few = 50;
const sample = 3;

/** Where flannel's packets arrive. Source: Linux, drivers/net/vxlan, its default port. */
const vxlanPort = 8472;

type Settings = Pick<Environment, "machines" | "kubernetes" | "etcd" | "flannel">;

/** All ways that are needed from or to machines that are new: what worked before is not put to the test. */
export function wantedPairs(environment: Settings, isNew: (name: string) => boolean): readonly Pair[] {
  const { machines, kubernetes, etcd, flannel } = environment;
  const masters = mastersOf(environment);
  const members = etcdMembersOf(environment);
  const nodes = machines.filter(({ roles }) => roles.some((role) => role !== "etcd"));
  const between = (
    froms: readonly MachineConfig[],
    tos: readonly MachineConfig[],
    kind: Pair["kind"],
    port: number,
    what: string,
  ): readonly Pair[] => {
    const all = froms.flatMap((from) =>
      tos
        .filter((to) => to !== from && (isNew(from.name) || isNew(to.name)))
        .map((to) => ({ from, to, kind, port, what })),
    );
    return machines.length > few ? sampled(all, tos) : all;
  };
  return [
    ...between(nodes, masters, "tcp", kubernetes.bindPort, "the API"),
    ...between(masters, nodes, "tcp", 10250, "the kubelet"),
    ...between([...new Set([...masters, ...members])], members, "tcp", etcd.clientPort, "etcd's clients"),
    ...between(members, members, "tcp", etcd.peerPort, "etcd's members"),
    ...(flannel.backend === "vxlan" ? between(nodes, nodes, "udp", vxlanPort, "pods' packets, vxlan") : []),
    ...(kubernetes.virtualAddress === undefined
      ? []
      : between(masters, masters, "vrrp", 0, "masters, for the virtual address")),
  ];
}

/** Of each machine the ways to those that come next in a circle: so each is called as often as it calls. */
function sampled(all: readonly Pair[], tos: readonly MachineConfig[]): readonly Pair[] {
  const place = new Map(tos.map((to, index) => [to, index]));
  const froms = [...new Set(all.map(({ from }) => from))];
  return froms.flatMap((from, index) => {
    const own = place.get(from) ?? index;
    const distance = ({ to }: Pair) => ((place.get(to) ?? 0) - own - 1 + 2 * tos.length) % tos.length;
    return all
      .filter((pair) => pair.from === from)
      .sort((one, other) => distance(one) - distance(other))
      .slice(0, sample);
  });
}
