import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../environment";
import type { MachineConfig } from "../machine";
import { onceKnown } from "../ssh";
import type { Rebuild } from "../local";
import { atOnce } from "../node";
import { consequences } from "./consequences";
import { rebuildConsequences, rebuildRefusals, rebuildsBetween, type Rebuilds } from "./rebuilds";
import { refusals } from "./refusals";
import { renamed } from "./renamed";
import { having, listed, newlyLost, topologyOf, type Topology } from "./topology";

export { skewViolations, type Client } from "./skew";
export { listed } from "./topology";
export { upgradeFaults } from "./versions";

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
  /** Machines that are marked as lost, and answer. @default none does */
  readonly back?: readonly Pick<MachineConfig, "name">[];
}

/**
 * The cluster's shape, kept in the state. Previews and updates compare it with the shape that is asked for: a change that
 * would lose the cluster is refused before anything is touched, and every other one is told in plain words. What waits
 * for this happens only when the change is accepted.
 */
export class Plan extends pulumi.Stash {
  private readonly after: Topology;

  constructor(
    name: string,
    private readonly args: PlanArgs,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const after = topologyOf(args.environment, args.builds, args.etcd);
    const judge = new pulumi.ResourceHook(
      `keelson-${name}`,
      AsyncResource.bind(async ({ oldInputs }: pulumi.ResourceHookArgs) => {
        const before = oldInputs?.["input"] as Topology | undefined;
        if (before) await weigh(before, after, args);
      }),
      { onDryRun: true },
    );
    const newborn = new pulumi.ResourceHook(
      `keelson-${name}-new`,
      AsyncResource.bind(() => refuse(args.environment.stack, takenOver([], args))),
      { onDryRun: true },
    );
    super(
      name,
      { input: asPlanned(after, args) },
      { ...opts, hooks: { beforeCreate: [newborn], beforeUpdate: [judge] } },
    );
    this.after = after;
  }

  /**
   * Throws where what is asked for is refused. For what does not wait for this: a run with `--target` leaves the plan out, and
   * the engine gives what the state has of it.
   */
  async holds(): Promise<void> {
    const before = await onceKnown(this.input as pulumi.Output<Topology>, this.after);
    refuse(this.args.environment.stack, problemsOf(before, this.after, this.args));
  }
}

/** A container that is to be made has another name in each run: a preview cannot know it, and its plan is to be kept. */
function asPlanned(shape: Topology, args: PlanArgs): pulumi.Input<Topology> {
  if (!pulumi.runtime.isDryRun()) return shape;
  const made = wanted(args);
  const machines = shape.machines.map((place) => (made.has(place.name) ? { ...place, build: pulumi.unknown } : place));
  return { ...shape, machines } as Topology;
}

function problemsOf(before: Topology, after: Topology, args: PlanArgs): readonly string[] {
  const { environment } = args;
  const away = atOnce(environment.kubernetes.maxUnavailable, workersIn(after));
  return [
    ...takenOver(
      before.machines.map(({ name }) => name),
      args,
    ),
    ...refusals(before, after),
    ...atWork(before, after, args),
    ...renamed(before, environment),
    ...rebuildRefusals(before, after, rebuildsBetween(before, after, wanted(args)), away),
  ];
}

/** Machines that are new to the stack, and not to this program: another stack has them, or had. */
function takenOver(known: readonly string[], { unnamed = [] }: PlanArgs): readonly string[] {
  return unnamed
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `${name} is at work in a cluster that this program made, and the stack's state knows nothing of it: use the state of the stack that made it, or run destroy there first`,
    );
}

/** Nobody is lost who answers: it would go on beside the cluster, with all that it has of it. */
function atWork(before: Topology, after: Topology, { back = [] }: PlanArgs): readonly string[] {
  return newlyLost(before, after)
    .filter(({ name }) => back.some((one) => one.name === name))
    .map(
      ({ name }) =>
        `${name} is to be given up as lost, and it answers: take it out of machines, and it leaves in good order; or switch it off first. Where neither can be, keelson:survey: "off" asks nobody`,
    );
}

async function weigh(before: Topology, after: Topology, args: PlanArgs): Promise<void> {
  const { environment } = args;
  refuse(environment.stack, problemsOf(before, after, args));
  const rebuilds = rebuildsBetween(before, after, wanted(args));
  if (!pulumi.runtime.isDryRun()) await othersAreWell(before, rebuilds, args);
  const { drainTimeout } = environment.kubernetes;
  for (const { subject, text } of [...rebuildConsequences(rebuilds), ...consequences(before, after, drainTimeout)]) {
    await pulumi.log.info(`${subject}: ${text}`);
  }
}

/** Throws what is wrong with a change, where anything is. */
export function refuse(stack: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Error(
    `stack "${stack}" cannot change like this; nothing was touched:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
  );
}

/** A disk of a member goes only while all others are well; the state cannot know it, so they are asked. */
async function othersAreWell(before: Topology, rebuilds: Rebuilds, { environment, health }: PlanArgs): Promise<void> {
  const members = having(before, "etcd");
  const anew = members.filter((name) => rebuilds.has(name));
  if (anew.length === 0 || !health) return;
  const found = await health(members.filter((name) => !rebuilds.has(name)));
  refuse(
    environment.stack,
    found.map(
      (fault) =>
        `${fault}: it has to be well before the disk of ${listed(anew)} is rebuilt. Start it, and run up again`,
    ),
  );
}

function wanted({ builds = new Map<string, never>() }: PlanArgs): Rebuilds {
  return new Map([...builds].flatMap(([name, { why }]) => (why ? [[name, why] as const] : [])));
}

function workersIn(shape: Topology): number {
  const masters = having(shape, "master");
  return having(shape, "worker").filter((name) => !masters.includes(name)).length;
}
