import type { Running } from "../survey";
import { administratorRefusals, authorityRefusals } from "./authorities";
import { encryptionRefusals } from "./encryption";
import { reasonFor, release } from "./fixed";
import {
  etcdHas,
  having,
  joining,
  leaving,
  listed,
  losesData,
  newlyLost,
  placeIn,
  type Place,
  type Topology,
} from "./topology";
import {
  alongside,
  etcdAlongside,
  etcdFaults,
  isMinorStep,
  letGoFirst,
  noReleases,
  notBegun,
  notReadyFor,
  unasked,
  underWay,
  unreadyGone,
  upgradeFaults,
} from "./versions";

/** Everything for which a cluster of one shape cannot be made one of another in one go, each with the way that is safe. */
export function refusals(before: Topology, after: Topology, running: Running = noReleases): readonly string[] {
  return [
    ...settings(before, after),
    ...issuerChange(before, after),
    ...audienceChange(before, after),
    ...encryptionRefusals(before, after),
    ...podNetwork(before, after),
    ...places(before, after),
    ...otherNames(before, after),
    ...quorum(before, after),
    ...handover(before, after),
    ...order(before, after),
    ...versions(before, after, running),
    ...authorityRefusals(before, after, running),
    ...administratorRefusals(before, after),
  ];
}

function settings({ fixed: before }: Topology, { fixed: after }: Topology): readonly string[] {
  return Object.entries(before)
    .filter(([path, value]) => path !== release && after[path] !== undefined && after[path] !== value)
    .map(([path, value]) => settingRefusal(path, value, after[path] ?? ""));
}

function settingRefusal(path: string, was: string, is: string): string {
  const back = was === "" ? "leave it out" : "set it back";
  const change = `${path} is ${was === "" ? "not set" : was} and cannot become ${is === "" ? "unset" : is} while the cluster lives`;
  const reason = reasonFor(path);
  return `${change}: ${reason === undefined ? "" : `${reason}. The way: `}${back}, or destroy the cluster and build it again`;
}

/** Releases follow each other in an order; an upgrade that not all masters have gone through can be taken back. */
function versions(before: Topology, after: Topology, running: Running): readonly string[] {
  const [from, to] = [before.fixed[release], after.fixed[release]];
  const members = etcdVersion(before, after, running);
  if (from === undefined || to === undefined) return members;
  if (from === to) return [...members, ...accepted(to, before, after, running)];
  const change = `${release} is ${from} and cannot become ${to} while the cluster lives`;
  const isWayBack = Object.values(running.apiServers).includes(to);
  const beside = alongside(before, after);
  const faults = isWayBack
    ? []
    : [
        ...(unasked(from, to, running.apiServers) ?? upgradeFaults({ from, to })),
        ...underWay(from, running),
        ...notReadyFor(to, from, running),
        // A master that goes is told of beside.
        ...(beside.length > 0 ? [] : letGoFirst(to, from, unreadyGone(before, after, running))),
      ];
  return [...members, ...[...faults, ...beside].map((fault) => `${change}: ${fault}`)];
}

/** A release that no API server has yet, for the upgrade was refused when all machines were asked: what keeps one from its begin does so still. */
function accepted(to: string, before: Topology, after: Topology, running: Running): readonly string[] {
  const now = notBegun(to, running);
  if (now === undefined) return [];
  const faults = [...notReadyFor(to, now, running), ...letGoFirst(to, now, unreadyGone(before, after, running))];
  return faults.map((fault) => `${release} is ${to}, and API servers run ${now} yet: ${fault}`);
}

/** A member goes back by itself until the last one has gone on: then the cluster's data is of the newer release. */
function etcdVersion(before: Topology, after: Topology, running: Running): readonly string[] {
  const [from, to] = [before.etcd, after.etcd];
  if (from === undefined || to === undefined || from === to) return [];
  const isWayBack = Object.values(running.members).includes(to);
  const faults = isWayBack ? [] : (unasked(from, to, running.members) ?? etcdFaults(from, to));
  const beside = isMinorStep(from, to) ? etcdAlongside(before, after) : [];
  return [...faults, ...beside].map((fault) => `etcd is ${from} and cannot become ${to}: ${fault}`);
}

/** Pods and controllers have tokens of the issuer that signs: they must be taken until all have tokens of the next. */
function issuerChange(
  { issuers: before, fixed: old }: Topology,
  { issuers: after, fixed }: Topology,
): readonly string[] {
  const domain = "kubernetes.networking.dnsDomain";
  // The issuer follows from it where none is set.
  if (old[domain] !== fixed[domain]) return [];
  const [signer] = before ?? [];
  if (signer === undefined || after === undefined || after.includes(signer)) return [];
  return [tokensLost("service-account-issuer", `${signer}, which signed the tokens of all pods`, signer, after)];
}

/** A token is for the audiences that there were when it was issued, and is good until it has one of those that there are. */
function audienceChange(before: Topology, after: Topology): readonly string[] {
  const [old, now] = [before, after].map(({ audiences, issuers }) => audiences ?? issuers);
  if (!old || !now || (before.audiences ?? after.audiences) === undefined) return [];
  if (old.some((audience) => now.includes(audience))) return [];
  const [first = ""] = old;
  return [tokensLost("api-audiences", `${listed(old)}, for which the tokens of all pods are`, first, now)];
}

/** What a flag of the API server would leave out is kept in its list until all pods have other tokens. */
function tokensLost(flag: string, left: string, kept: string, list: readonly string[]): string {
  return (
    `kubernetes.apiServer.extraArgs.${flag} would leave out ${left}, and the API would take none of them any more. ` +
    `The safe order: 1. make it a list, ${JSON.stringify([...list, kept])}, and run up; 2. a day later take ${kept} out, and run up`
  );
}

/** Nodes that leave have their part of the pods' network until they are gone, and new ones come first. */
function podNetwork(before: Topology, after: Topology): readonly string[] {
  const isNode = ({ roles, lost }: Place) => !lost && roles.some((role) => role !== "etcd");
  const [old, now] = [before.machines.filter(isNode), after.machines.filter(isNode)];
  const added = now.filter(({ name }) => !old.some((place) => place.name === name)).map(({ name }) => name);
  const gone = old.filter(({ name }) => !now.some((place) => place.name === name)).map(({ name }) => name);
  const { room } = after;
  if (room === undefined || added.length === 0 || gone.length === 0 || old.length + added.length <= room) return [];
  return [
    `kubernetes.networking.podSubnet has room for ${room} nodes, and there would be ${old.length + added.length} of them while ${listed(added)} ${added.length === 1 ? "joins" : "join"} and before ${listed(gone)} ${gone.length === 1 ? "is" : "are"} gone. ` +
      `The safe order: 1. take out ${listed(gone)}, and run up; 2. add ${listed(added)}, and run up`,
  ];
}

/** A machine is known by where it is, and by its key: under another name it would be built and then taken down. */
function otherNames(before: Topology, after: Topology): readonly string[] {
  const gone = leaving(before, after);
  return joining(before, after).flatMap(({ name, address, hostKey }) => {
    const old =
      gone.find((place) => place.address === address) ??
      gone.find((place) => place.hostKey !== "" && place.hostKey === hostKey);
    if (!old) return [];
    const what =
      old.address === address ? `is at ${address}, where ${old.name} is` : `shows the host key of ${old.name}`;
    return [
      `${name} ${what}: it would join, and then be taken out again as ${old.name}. ` +
        `The safe order: 1. take ${old.name} out of the list without ${name}, and run up; 2. add ${name}, and run up; or call it ${old.name} again`,
    ];
  });
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
function quorum(before: Topology, after: Topology): readonly string[] {
  const members = having(before, "etcd");
  const lost = newlyLost(before, after)
    .map(({ name }) => name)
    .filter((name) => members.includes(name));
  const left = members.length - lost.length;
  if (!losesData(before, after, lost)) return [];
  const need = Math.floor(members.length / 2) + 1;
  const missing = need - left;
  const start =
    missing === lost.length
      ? `start ${listed(lost)} again and mark none as lost`
      : `start ${missing === 1 ? "one" : String(missing)} of ${listed(lost)} again and mark only the others as lost`;
  return [
    `${etcdHas(before)}, and without ${listed(lost)} ${left} would be left, and a quorum of ${need} is needed to remove a member. ` +
      `The safe order: ${start}, then run up; where that cannot be, set etcd back to a backup in the same change, with etcd.restore`,
  ];
}

/** New members learn what there is from members that stay. */
function handover(before: Topology, after: Topology): readonly string[] {
  const [old, now] = [having(before, "etcd"), having(after, "etcd")];
  if (old.length === 0 || now.some((name) => old.includes(name))) return [];
  const both = [...old, ...now];
  const first = both.length % 2 === 1 ? both : [...both, "one more"];
  return [
    `etcd would move from ${listed(old)} to ${listed(now)} at once, and no member would be left to replicate its data from. ` +
      `The safe order: 1. grow etcd to ${first.length} members, ${listed(first)}, and run up; 2. take out ${listed([...old, ...(first.length > both.length ? ["the one more"] : [])])}, and run up`,
  ];
}

/** Machines leave by the hand of masters and members, which were chosen before these were lost. */
function order(before: Topology, after: Topology): readonly string[] {
  const lost = newlyLost(before, after).filter(({ roles }) => roles.includes("master") || roles.includes("etcd"));
  const gone = leaving(before, after);
  if (lost.length === 0 || gone.length === 0) return [];
  const names = (places: typeof gone) => listed(places.map(({ name }) => name));
  return [
    `${names(gone)} would leave while ${names(lost)}, through which machines leave, ${lost.length === 1 ? "is" : "are"} lost. ` +
      `The safe order: 1. keep ${names(gone)} in the list, mark ${names(lost)} as lost, and run up; 2. take out ${names(gone)}, and run up`,
  ];
}
