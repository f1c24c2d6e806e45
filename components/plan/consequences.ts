import { encryptionConsequences } from "./encryption";
import { isMinorStep } from "./versions";
import { having, joining, leaving, listed, newlyLost, placeIn, withLeft, type Place, type Topology } from "./topology";

/** What a change of the cluster's shape means, in plain words; what it speaks of first, a machine or "etcd". */
export interface Consequence {
  readonly subject: string;
  readonly text: string;
}

/** What becomes of the machines, and of etcd, when a cluster of one shape is made one of another. */
export function consequences(before: Topology, after: Topology, drainTimeout: number): readonly Consequence[] {
  return [
    ...joining(before, after).map((place) => ({ subject: place.name, text: joins(place) })),
    ...rebuilt(before, after).map(({ name }) => ({
      subject: name,
      text: "shows another host key: it is taken for a machine that was rebuilt, gets everything again, and joins as the node it was",
    })),
    ...knownOtherwise(before, after),
    ...newlyLost(before, after).map((place) => ({ subject: place.name, text: isLost(place, after) })),
    ...leaving(before, after).map((place) => ({ subject: place.name, text: leaves(place, after, drainTimeout) })),
    ...forgotten(before, after).map(({ name }) => ({
      subject: name,
      text: "was lost, and leaves the state: it is not contacted",
    })),
    ...members(before, after),
    ...etcdRelease(before, after),
    ...encryptionConsequences(before, after),
  ];
}

/** What becomes of machines that an earlier run was to let go, where the shape is as that run had it. */
export function leftConsequences(
  after: Topology,
  left: readonly Place[],
  drainTimeout: number,
): readonly Consequence[] {
  const before = withLeft(after, after, left);
  const lost = after.machines.filter(({ lost, roles }) => lost && (roles.includes("master") || roles.includes("etcd")));
  const names = listed(lost.map(({ name }) => name));
  return [
    ...consequences(before, after, drainTimeout),
    ...(lost.length === 0 ? [] : leaving(before, after)).map(({ name }) => ({
      subject: name,
      text: `leaves by the hand of a master or a member that was chosen before. Where that was ${names}, lost by now, put ${name} back into machines, run up, and take it out then`,
    })),
  ];
}

/** etcd's members go to another release one after the other, each with the settings of its unit. */
function etcdRelease(before: Topology, after: Topology): readonly Consequence[] {
  const [from, to] = [before.etcd, after.etcd];
  const stay = having(before, "etcd").filter((name) => having(after, "etcd").includes(name));
  if (from === undefined || to === undefined || from === to || stay.length === 0) return [];
  const way = [
    `${from} → ${to}`,
    "one member at a time, while all others are healthy",
    "each keeps a snapshot from before in /var/lib/keelson/snapshots, and goes back by itself where it does not come up",
  ].join("; ");
  const back = isMinorStep(from, to)
    ? `Until the last of ${listed(stay)} has restarted, etcd.version: ${from} takes it back; after that only a restore does`
    : "An older release is refused afterwards";
  const away = stay.length === 1 ? ". The API is unavailable for some seconds meanwhile" : "";
  return [{ subject: "etcd", text: `${way}. ${back}${away}` }];
}

function joins({ roles }: Place): string {
  const parts = [
    "is new: Docker Engine is installed and started",
    ...(roles.includes("etcd") ? ["a member of etcd starts"] : []),
    ...(roles.includes("master") ? ["it becomes a master, and its node joins"] : []),
    ...(roles.includes("worker") && !roles.includes("master") ? ["its node joins by a token of its own"] : []),
  ];
  return parts.join(", ");
}

function isLost({ roles }: Place, { fixed }: Topology): string {
  const parts = [
    ...(roles.some((role) => role !== "etcd") ? ["its node is deleted, and its pods start elsewhere"] : []),
    ...(roles.includes("etcd") ? ["its member of etcd is removed"] : []),
    ...(fixed["provider"] === "local" ? ["its container and its disk are deleted"] : []),
  ];
  return `is lost: ${parts.join(", ")}; it is not contacted`;
}

function leaves({ roles }: Place, { fixed }: Topology, drainTimeout: number): string {
  const parts = [
    ...(roles.some((role) => role !== "etcd")
      ? [
          `its node is cordoned, drained (at most ${drainTimeout} s, disruption budgets respected) and deleted; pods that nothing makes again, and data in emptyDir volumes, go for good`,
        ]
      : []),
    ...(roles.includes("etcd") ? ["its member of etcd is removed"] : []),
    fixed["provider"] === "local" ? "its container and its disk are deleted" : "what was installed on it is removed",
  ];
  return `leaves: ${parts.join(", ")}`;
}

/** Machines that show another key of the same kind. */
function rebuilt(before: Topology, after: Topology): readonly Place[] {
  return stayed(before, after)
    .filter(({ was, is }) => was !== "" && is !== "" && was !== is && kindOf(was) === kindOf(is))
    .map(({ place }) => place);
}

/** Machines whose key was not asked for before, or is not any more, or is one of another kind: nobody has made these anew. */
function knownOtherwise(before: Topology, after: Topology): readonly Consequence[] {
  return stayed(before, after)
    .filter(({ was, is }) => was !== is && (was === "" || is === "" || kindOf(was) !== kindOf(is)))
    .map(({ place, was, is }) => {
      const parts = [
        ...(was === "" ? ["its host key is asked for from now on"] : []),
        ...(is === "" ? ["its host key is not asked for any more"] : []),
        ...(was !== "" && is !== "" ? [`is known by its key of the kind ${kindOf(is)} from now on`] : []),
      ];
      return { subject: place.name, text: `${parts.join()}: where it has joined, its node and its pods stay` };
    });
}

/** Machines that were there and are, with the keys by which they were known and are. */
function stayed(before: Topology, after: Topology) {
  return after.machines.flatMap((place) => {
    const old = placeIn(before, place.name);
    return old && !old.lost && !place.lost ? [{ place, was: old.hostKey, is: place.hostKey }] : [];
  });
}

const kindOf = (hostKey: string) => (hostKey.includes(" ") ? hostKey.slice(0, hostKey.indexOf(" ")) : "");

function forgotten(before: Topology, after: Topology): readonly Place[] {
  return before.machines.filter(({ name, lost }) => lost && !placeIn(after, name));
}

/** etcd's members in the order in which they come and go: the lost, the new, the leaving. */
function members(before: Topology, after: Topology): readonly Consequence[] {
  const [old, now] = [having(before, "etcd"), having(after, "etcd")];
  const lost = newlyLost(before, after)
    .map(({ name }) => name)
    .filter((name) => old.includes(name));
  const added = now.filter((name) => !old.includes(name));
  const removed = old.filter((name) => !now.includes(name) && !lost.includes(name));
  if (old.length === 0 || lost.length + added.length + removed.length === 0) return [];
  const counts = [old.length];
  for (const change of [-lost.length, added.length, -removed.length]) {
    if (change !== 0) counts.push((counts.at(-1) ?? 0) + change);
  }
  const parts = [
    ...(lost.length > 0 ? [`${listed(lost)}, lost, ${lost.length === 1 ? "is" : "are"} removed first`] : []),
    ...(added.length > 0
      ? [`${listed(added)} ${added.length === 1 ? "joins as a learner" : "join as learners"}, then with a vote`]
      : []),
    ...(removed.length > 0 ? [`${listed(removed)} ${removed.length === 1 ? "leaves" : "leave one at a time"}`] : []),
  ];
  return [{ subject: "etcd", text: `${counts.join(" → ")} members: ${parts.join("; ")}` }];
}
