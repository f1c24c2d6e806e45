import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../config";
import { onlyIf } from "../machine";
import { consequences } from "./consequences";
import { refusals } from "./refusals";
import { renamed } from "./renamed";
import { topologyOf, type Topology } from "./topology";

/**
 * The cluster's shape, kept in the state. Previews and updates compare it with the shape that is asked for: a change that
 * would lose the cluster is refused before anything is touched, and every other one is told in plain words. What waits
 * for this happens only when the change is accepted.
 */
export class Plan extends pulumi.Stash {
  constructor(name: string, environment: Environment, opts: pulumi.CustomResourceOptions = {}) {
    const judge = new pulumi.ResourceHook(
      "keelson-plan",
      AsyncResource.bind(async ({ oldInputs }: pulumi.ResourceHookArgs) => {
        const before = oldInputs?.["input"] as Topology | undefined;
        if (before) await weigh(before, environment);
      }),
      { onDryRun: true },
    );
    super(name, { input: topologyOf(environment) }, { ...opts, hooks: { beforeUpdate: [judge] } });
    // A run with `--target` leaves the plan out, and the engine gives what the state has of it.
    onlyIf(async () => refuse(await this.kept(), environment));
  }

  /** The shape that the state has by now: the one that is asked for, once it was accepted. */
  private kept(): Promise<Topology> {
    return new Promise((resolve) => void this.input.apply((shape: Topology) => resolve(shape)));
  }
}

function refuse(before: Topology, environment: Environment): void {
  const problems = [...refusals(before, topologyOf(environment)), ...renamed(before, environment)];
  if (problems.length === 0) return;
  const list = problems.map((problem) => `  - ${problem}`).join("\n");
  throw new Error(`stack "${environment.stack}" cannot change like this; nothing was touched:\n${list}`);
}

async function weigh(before: Topology, environment: Environment): Promise<void> {
  refuse(before, environment);
  const after = topologyOf(environment);
  for (const { subject, text } of consequences(before, after, environment.kubernetes.drainTimeout)) {
    await pulumi.log.info(`${subject}: ${text}`);
  }
}
