import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import { onceKnown } from "../ssh";
import { consequences, leftConsequences, type Consequence } from "./consequences";
import { alive, asRestored, problemsOf, refuse, takenOver, wanted, type PlanArgs } from "./problems";
import { rebuildConsequences, rebuildsBetween, type Rebuilds } from "./rebuilds";
import { having, listed, placeIn, restores, topologyOf, withLeft, type Topology } from "./topology";

export { refuse, type PlanArgs } from "./problems";
export { skewViolations, type Client } from "./skew";
export { listed } from "./topology";
export { isMinorStep, upgradeFaults } from "./versions";

/**
 * The cluster's shape, kept in the state. Previews and updates compare it with the shape that is asked for: a change that
 * would lose the cluster is refused before anything is touched, and every other one is told in plain words. What waits
 * for this happens only when the change is accepted.
 */
export class Plan extends pulumi.Stash {
  private readonly after: Topology;
  private readonly said: { isAll: boolean };

  constructor(
    name: string,
    private readonly args: PlanArgs,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const after = topologyOf(args.environment, args.builds, args.etcd);
    const said = { isAll: false };
    const weighing = new pulumi.ResourceHook(
      `keelson-${name}`,
      AsyncResource.bind(async ({ oldInputs }: pulumi.ResourceHookArgs) => {
        const before = oldInputs?.["input"] as Topology | undefined;
        said.isAll = true;
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
      { ...opts, hooks: { beforeCreate: [newborn], beforeUpdate: [weighing] } },
    );
    this.after = after;
    this.said = said;
  }

  /** Tells of machines that an earlier run was to let go, where the shape does not change, and nobody else does. */
  async tellOfLeft(): Promise<void> {
    const { left = [], environment } = this.args;
    if (left.length === 0) return;
    await onceKnown(this.input, undefined);
    if (this.said.isAll) return;
    await tell(leftConsequences(this.after, left, environment.kubernetes.drainTimeout));
  }

  /**
   * Throws where what is asked for is refused. For what does not wait for this: a run with `--target` leaves the plan out, and
   * the engine gives what the state has of it.
   */
  async holds(): Promise<void> {
    const before = await onceKnown(this.input as pulumi.Output<Topology>, this.after);
    await judge(withLeft(before, this.after, this.args.left), this.after, this.args);
  }
}

/** A container that is to be made has another name in each run: a preview cannot know it, and its plan is to be kept. */
function asPlanned(shape: Topology, args: PlanArgs): pulumi.Input<Topology> {
  if (!pulumi.runtime.isDryRun()) return shape;
  const made = wanted(args);
  const machines = shape.machines.map((place) => (made.has(place.name) ? { ...place, build: pulumi.unknown } : place));
  return { ...shape, machines } as Topology;
}

async function tell(consequences: readonly Consequence[]): Promise<void> {
  for (const { subject, text } of consequences) await pulumi.log.info(`${subject}: ${text}`);
}

async function judge(before: Topology, after: Topology, args: PlanArgs): Promise<void> {
  const problems = [...problemsOf(before, after, args), ...(await alive(before, after, args))];
  refuse(args.environment.stack, [...problems, ...(problems.length > 0 ? strangers(after, args) : [])]);
}

/** What is refused while a machine leaves would be refused for ever for a node that nobody is to let go. */
function strangers(after: Topology, { left = [] }: PlanArgs): readonly string[] {
  const gone = left.filter(({ name }) => !placeIn(after, name)).map(({ name }) => name);
  if (gone.length === 0) return [];
  const way = `kubectl delete node ${gone.join(" ")}`;
  return [
    `${listed(gone)}: in the cluster, and in no list. Where no earlier run was to let it go, as after a restore: ${way}`,
  ];
}

async function weigh(was: Topology, after: Topology, args: PlanArgs): Promise<void> {
  const { environment } = args;
  const before = withLeft(was, after, args.left);
  await judge(before, after, args);
  const rebuilds = rebuildsBetween(before, after, wanted(args));
  const isToCome = restores(asRestored(before, args), after);
  if (!pulumi.runtime.isDryRun() && !isToCome) await othersAreWell(before, rebuilds, args);
  const { drainTimeout } = environment.kubernetes;
  await tell([...rebuildConsequences(rebuilds), ...consequences(before, after, drainTimeout)]);
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
        `${fault}: it has to be healthy before the disk of ${listed(anew)} is rebuilt. Start it, and run up again`,
    ),
  );
}
