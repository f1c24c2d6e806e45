import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { yieldScript } from "../../endpoint";
import type { Machine } from "../../machine";
import { HostScript, stepOn, unitsScripts } from "../../script";
import { rolloutStep } from "../step";
import { batches } from "./batches";
import type { RolloutSettings } from "../settings";

export { atOnce } from "./batches";

export interface RolloutArgs {
  /** The nodes' machines; those that are lost among them. */
  readonly machines: readonly Machine[];
  readonly environment: RolloutSettings;
}

/**
 * Nodes take their turns: restarts that were deferred are made, one master after the other, then workers in batches. A batch must
 * be healthy before the next one starts; where a node fails, the others are left as they are.
 */
export class Rollout extends pulumi.ComponentResource {
  constructor(name: string, { machines, environment }: RolloutArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:rollout:Rollout", name, {}, opts);
    let before: pulumi.Resource | undefined;
    for (const [index, batch] of batches(machines, environment.kubernetes.maxUnavailable).entries()) {
      before = new Batch(`${name}-${index + 1}`, batch, environment, {
        parent: this,
        dependsOn: before ? [before] : [],
      });
    }
    const lost = machines.filter(({ lost }) => lost);
    if (lost.length > 0) new Batch(`${name}-lost`, lost, environment, { parent: this });
    this.registerOutputs({});
  }
}

const uses = [...unitsScripts, yieldScript, join(__dirname, "drain.sh")];

/** Nodes that take their turn together; the state knows it by the name of an earlier release. */
class Batch extends pulumi.ComponentResource {
  constructor(
    name: string,
    machines: readonly Machine[],
    { kubernetes: { version, drainTimeout, upgrade, virtualAddress } }: RolloutSettings,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("keelson:rollout:Wave", name, {}, opts);
    for (const machine of machines) {
      const values = {
        NODE: machine.name,
        RELEASE: version,
        DRAIN: upgrade.drain,
        DRAIN_SECONDS: drainTimeout,
        VIRTUAL_ADDRESS: machine.config.roles.includes("master") ? (virtualAddress ?? "") : "",
        REVISIONS: machine.revisions ?? [],
      };
      new HostScript(
        stepOn(machine, rolloutStep),
        { machine, script: join(__dirname, "rollout.sh"), uses, values, follows: true },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
