import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../environment";
import type { Rebuild } from "../local";
import type { MachineConfig } from "../machine";
import { atOnce } from "../node";
import { lastRestoreOf, type Left, type Restored, type Running } from "../survey";
import { rebuildRefusals, rebuildsBetween, type Rebuilds } from "./rebuilds";
import { refusals } from "./refusals";
import { renamed } from "./renamed";
import { etcdHas, having, listed, losesData, newlyLost, type Topology } from "./topology";

export interface PlanArgs {
  readonly environment: Environment;
  /** The containers of local machines, and why those are made that are to be. @default there are none */
  readonly builds?: ReadonlyMap<string, { readonly id?: string; readonly why?: Rebuild }>;
  /** The release of etcd that members get. @default it is not known, and not compared */
  readonly etcd?: string;
  /** Asks members of etcd whether they are well, and gives what is wrong with those that are not. @default all are */
  readonly health?: (names: readonly string[]) => Promise<readonly string[]>;
  /** Machines that an earlier release changed, which names no cluster on them. @default none is known to be */
  readonly unnamed?: readonly string[];
  /** Machines that have nothing of the cluster on them, while others have been at work in it. @default none is known to */
  readonly emptied?: readonly string[];
  /** What runs on the machines. @default nobody was asked */
  readonly running?: Running;
  /** Asks masters which of these machines' nodes are at work. @default none is known to be */
  readonly atWork?: (names: readonly string[]) => Promise<readonly string[]>;
  /** Machines that are in the cluster, and not in the list. @default none is known to be */
  readonly left?: readonly Left[];
  /** Machines that are marked as lost, and answer. @default none does */
  readonly back?: readonly Pick<MachineConfig, "name">[];
  /** What machines told of restores of etcd, by their names. @default none told */
  readonly restored?: ReadonlyMap<string, Restored>;
}

/** Everything for which a change is refused. */
export function problemsOf(planned: Topology, after: Topology, args: PlanArgs): readonly string[] {
  const { environment } = args;
  const before = asRestored(planned, args);
  const away = atOnce(environment.kubernetes.maxUnavailable, workersIn(after));
  return [
    ...takenOver(
      before.machines.map(({ name }) => name),
      args,
    ),
    ...refusals(before, after, args.running),
    ...answering(before, after, args),
    ...renamed(before, environment),
    ...unasked(planned, after, environment),
    ...doneBefore(planned, after, args),
    ...lostData(before, after, args),
    ...rebuildRefusals(before, after, rebuildsBetween(before, after, wanted(args)), away),
  ];
}

/**
 * The shape that was, with the restore of etcd that machines have done: what the state has was accepted, and a run that failed may not
 * have come to it. Where no machine tells, that counts.
 */
export function asRestored(before: Topology, { restored = new Map() }: PlanArgs): Topology {
  return restored.size === 0 ? before : { ...before, restore: lastRestoreOf(restored) };
}

/** Machines that are new to the stack, and not to this program: another stack has them, or had. */
export function takenOver(known: readonly string[], { unnamed = [] }: PlanArgs): readonly string[] {
  return unnamed
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `${name} belongs to a running cluster that keelson made, and the stack's state does not have it: use the state of the stack that made it, or run destroy there first`,
    );
}

/** Nobody is lost whose kubelet is at work: its member would be removed, and its pods would run twice. */
export async function alive(before: Topology, after: Topology, args: PlanArgs): Promise<readonly string[]> {
  const { environment, back = [], atWork } = args;
  const told = back.map(({ name }) => name);
  const names = newlyLost(before, after)
    .filter(({ name, roles }) => !told.includes(name) && roles.some((role) => role !== "etcd"))
    .map(({ name }) => name);
  // Without a survey a preview asks nobody.
  if (names.length === 0 || !atWork || (environment.survey === "off" && pulumi.runtime.isDryRun())) return [];
  return (await atWork(names)).map(
    (name) =>
      `${name} is marked as lost, and its kubelet has renewed its lease just now: the machine is at work, and its pods would run twice. ` +
      "Switch it off, and run up again; or take lost: true back, and see why this computer does not reach it",
  );
}

/** Nobody is lost who answers: it would go on beside the cluster, with all that it has of it. */
function answering(before: Topology, after: Topology, { back = [] }: PlanArgs): readonly string[] {
  return newlyLost(before, after)
    .filter(({ name }) => back.some((one) => one.name === name))
    .map(
      ({ name }) =>
        `${name} is marked as lost, but it answers: take it out of machines instead, and it is drained and cleaned; or switch it off first. If neither is possible, set keelson:survey to "off": no machine is asked then`,
    );
}

/** Members without data would begin as another cluster, in which nothing of this one is. */
function lostData(before: Topology, after: Topology, { emptied = [] }: PlanArgs): readonly string[] {
  const stay = having(after, "etcd");
  const empty = having(before, "etcd").filter((name) => emptied.includes(name) && stay.includes(name));
  if (!losesData(before, after, empty)) return [];
  return [
    `${etcdHas(before)}, and nothing of this cluster is on ${listed(empty)} any more: without a quorum of their disks the cluster's data are lost. ` +
      "The way out: bring the disks back; or set etcd back to a backup in the same change, with etcd.restore; or destroy the stack, and build it again",
  ];
}

/** What a restore has done is on the machines: nobody is asked, and a member that comes would be set back as well. */
function unasked(before: Topology, after: Topology, { survey }: Environment): readonly string[] {
  if (survey !== "off" || after.restore === undefined || after.restore !== before.restore) return [];
  const known = new Map(before.machines.map(({ name, lost, hostKey }) => [name, lost ? undefined : hostKey]));
  return after.machines
    .filter(({ name, roles, lost, hostKey }) => !lost && roles.includes("etcd") && known.get(name) !== hostKey)
    .map(
      ({ name }) =>
        `a member of etcd would join on ${name}, and etcd.restore would set it back without the others, for with keelson:survey "off" no machine reports what was done: take etcd.restore out, or survey`,
    );
}

/** A number is done once: set anew, it would promise a restore, and nothing would be restored. One that stays, or has yet to end, is no news. */
function doneBefore(before: Topology, { restore }: Topology, { restored = new Map() }: PlanArgs): readonly string[] {
  if (restore === undefined || restore === before.restore || restored.size === 0) return [];
  const last = lastRestoreOf(restored);
  const isHalfDone = [...restored.values()].some(({ begun, resumed }) => begun >= restore && resumed < restore);
  if (last < restore || isHalfDone) return [];
  return [
    `etcd.restore.generation is ${restore}, and the restore ${last} was done already: nothing would be restored. ` +
      `Use ${last + 1} to restore again, or take etcd.restore out`,
  ];
}

/** Throws what is wrong with a change, where anything is. */
export function refuse(stack: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Error(
    `stack "${stack}" cannot change like this; nothing was touched:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
  );
}

/** The containers that are to be made, and why. */
export function wanted({ builds = new Map<string, never>() }: PlanArgs): Rebuilds {
  return new Map([...builds].flatMap(([name, { why }]) => (why ? [[name, why] as const] : [])));
}

function workersIn(shape: Topology): number {
  const masters = having(shape, "master");
  return having(shape, "worker").filter((name) => !masters.includes(name)).length;
}
