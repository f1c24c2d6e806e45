import { having, leaving, listed, newlyLost, placeIn, type Topology } from "./topology";

/** Everything for which a cluster of one shape cannot be made one of another in one go, each with the way that is safe. */
export function refusals(before: Topology, after: Topology): readonly string[] {
  return [
    ...settings(before, after),
    ...places(before, after),
    ...majority(before, after),
    ...handover(before, after),
    ...order(before, after),
  ];
}

function settings({ fixed: before }: Topology, { fixed: after }: Topology): readonly string[] {
  return Object.entries(before)
    .filter(([path, value]) => after[path] !== undefined && after[path] !== value)
    .map(
      ([path, value]) =>
        `${path} is ${value} and cannot become ${after[path] ?? ""} while the cluster lives: set it back, or destroy the cluster and build it anew`,
    );
}

function places(before: Topology, after: Topology): readonly string[] {
  const local = after.fixed["provider"] === "local";
  return after.machines.flatMap(({ name, address, roles, lost }) => {
    const old = placeIn(before, name);
    if (!old || old.lost || lost) return [];
    const problems: string[] = [];
    if (old.address !== address) {
      const back = local ? `set its address to ${old.address} under machines, or ` : "";
      problems.push(
        `${name} is at ${old.address} and cannot move to ${address}: ${back}give the machine there a name of its own, and take ${name} out of the list`,
      );
    }
    const [was, is] = [kindOf(old.roles), kindOf(roles)];
    if (was !== undefined && is !== was) {
      problems.push(
        `${name} is a ${was} and cannot become ${is === undefined ? "a member of etcd only" : `a ${is}`} in place: take it out of the list, run up, and add it again`,
      );
    }
    return problems;
  });
}

/** How a machine came into the cluster; a master that takes pods is a master. */
function kindOf(roles: readonly string[]): "master" | "worker" | undefined {
  if (roles.includes("master")) return "master";
  return roles.includes("worker") ? "worker" : undefined;
}

/** What is lost cannot vote: those that are left must be more than half of what etcd knows. */
function majority(before: Topology, after: Topology): readonly string[] {
  const members = having(before, "etcd");
  const lost = newlyLost(before, after)
    .map(({ name }) => name)
    .filter((name) => members.includes(name));
  const left = members.length - lost.length;
  if (lost.length === 0 || left > members.length / 2) return [];
  const need = Math.floor(members.length / 2) + 1;
  const missing = need - left;
  const start =
    missing === lost.length
      ? `start ${listed(lost)} again and mark none as lost`
      : `start ${missing === 1 ? "one" : String(missing)} of ${listed(lost)} again and mark only the others as lost`;
  return [
    `etcd has ${members.length} ${members.length === 1 ? "member" : "members"} (${listed(members)}), and without ${listed(lost)} ${left} would be left, of which ${need} are needed to let anyone go. ` +
      `The safe order: ${start}, then run up; where that cannot be, the cluster's data is to be restored from a snapshot`,
  ];
}

/** New members learn what there is from members that stay. */
function handover(before: Topology, after: Topology): readonly string[] {
  const [old, now] = [having(before, "etcd"), having(after, "etcd")];
  if (old.length === 0 || now.some((name) => old.includes(name))) return [];
  const both = [...old, ...now];
  const first = both.length % 2 === 1 ? both : [...both, "one more"];
  return [
    `etcd would move from ${listed(old)} to ${listed(now)} at once, and nobody would be there to hand over its data. ` +
      `The safe order: 1. let etcd have ${first.length} members, ${listed(first)}, and run up; 2. take out ${listed([...old, ...(first.length > both.length ? ["the one more"] : [])])}, and run up`,
  ];
}

/** Machines leave by the hand of masters and members, which were chosen before these were lost. */
function order(before: Topology, after: Topology): readonly string[] {
  const lost = newlyLost(before, after).filter(({ roles }) => roles.includes("master") || roles.includes("etcd"));
  const gone = leaving(before, after);
  if (lost.length === 0 || gone.length === 0) return [];
  const names = (places: typeof gone) => listed(places.map(({ name }) => name));
  return [
    `${names(gone)} would leave while ${names(lost)}, by way of which machines leave, ${lost.length === 1 ? "is" : "are"} lost. ` +
      `The safe order: 1. keep ${names(gone)} in the list, mark ${names(lost)} as lost, and run up; 2. take out ${names(gone)}, and run up`,
  ];
}
