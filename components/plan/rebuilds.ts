import type { Rebuild } from "../local";
import type { Consequence } from "./consequences";
import { etcdHas, having, listed, losesData, placeIn, type Topology } from "./topology";

/** Machines that are rebuilt, by their names. */
export type Rebuilds = ReadonlyMap<string, Rebuild>;

/** Of the machines that are to be made, those that were there before. */
export function rebuildsBetween(before: Topology, after: Topology, wanted: Rebuilds): Rebuilds {
  const there = [...wanted].filter(([name]) => {
    const [old, now] = [placeIn(before, name), placeIn(after, name)];
    return old && now && !old.lost && !now.lost && old.build !== now.build;
  });
  return new Map(there);
}

/** What it means for each of them. */
export function rebuildConsequences(rebuilds: Rebuilds): readonly Consequence[] {
  return [...rebuilds].map(([subject, why]) => ({
    subject,
    text: why.gone
      ? "its container is gone: it is built again, and joins as the one node it was; what was on its disk is lost"
      : `its image changes from ${why.from} to ${why.to}: its container and its disk are deleted, its pods with them; it is built again, and joins as the one node it was`,
  }));
}

/** Everything for which they cannot be rebuilt in one go, each with the way that is safe. */
export function rebuildRefusals(
  before: Topology,
  after: Topology,
  rebuilds: Rebuilds,
  maxUnavailable: number,
): readonly string[] {
  const changed = [...rebuilds].filter(([, why]) => !why.gone).map(([name]) => name);
  return [...lostData(before, after, rebuilds), ...turns(after, changed, maxUnavailable)];
}

/** etcd's data are on the disks: without a quorum of them they are lost. */
function lostData(before: Topology, after: Topology, rebuilds: Rebuilds): readonly string[] {
  const members = having(before, "etcd");
  const anew = members.filter((name) => rebuilds.has(name));
  if (!losesData(before, after, anew)) return [];
  const has = etcdHas(before);
  const gone = anew.filter((name) => rebuilds.get(name)?.gone);
  if (losesData(before, after, gone)) {
    return [
      `${has}, and the ${gone.length === 1 ? "container of" : "containers of"} ${listed(gone)} ${gone.length === 1 ? "is" : "are"} gone: without a quorum of their disks the cluster's data are lost. ` +
        "The way out: set etcd back to a backup, with etcd.restore; or destroy the stack, and build it again",
    ];
  }
  if (gone.length > 0) {
    const changed = anew.filter((name) => !gone.includes(name));
    return [
      `${has}, and ${listed(changed)} would be rebuilt for another image while the container of ${listed(gone)} is gone: without a quorum of their disks the cluster's data would be lost. ` +
        `The safe order: 1. set the image of ${listed(changed)} back, and run up; 2. change it, and run up`,
    ];
  }
  // Two or more of several are told to take turns.
  if (having(after, "etcd").length > 2) return [];
  return [
    `${has}, and another image would rebuild the disk of ${listed(anew)}: the cluster's data would be lost with it. ` +
      "The safe order: 1. grow etcd to 3 members, and run up; 2. change the image of one machine after the other; or set it back",
  ];
}

/** Masters and members one at a time, workers a few. */
function turns({ machines }: Topology, changed: readonly string[], maxUnavailable: number): readonly string[] {
  const isCentral = (name: string) =>
    machines.some((place) => place.name === name && (place.roles.includes("master") || place.roles.includes("etcd")));
  const central = changed.filter(isCentral);
  const workers = changed.filter((name) => !isCentral(name));
  const problems: string[] = [];
  if (central.length > 1) {
    problems.push(
      `${listed(central)} would be rebuilt at once for another image, and masters and members of etcd are one at a time. ${order(central[0] ?? "")}`,
    );
  }
  if (workers.length > maxUnavailable) {
    problems.push(
      `${listed(workers)} would be rebuilt at once for another image, and kubernetes.maxUnavailable allows ${maxUnavailable} of them to be down at a time. ${order(workers.slice(0, maxUnavailable).join(" and "))}`,
    );
  }
  return problems;
}

const order = (first: string) =>
  `The safe order: 1. leave local.image as it was, set the image of ${first} under machines, and run up; 2. the same for the others, one after the other; 3. set local.image, and take the images of the machines out again`;
