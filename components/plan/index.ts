import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../config";
import { consequences } from "./consequences";
import { refusals } from "./refusals";
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
  }
}

async function weigh(before: Topology, environment: Environment): Promise<void> {
  const after = topologyOf(environment);
  const problems = refusals(before, after);
  if (problems.length > 0) {
    throw new Error(
      `stack "${environment.stack}" cannot change like this; nothing was touched:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
  for (const { subject, text } of consequences(before, after, environment.kubernetes.drainTimeout)) {
    await pulumi.log.info(`${subject}: ${text}`);
  }
}
