import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../environment";
import type { Machine } from "../machine";
import { HostScript, unitsScript } from "../script";
import { waves } from "./waves";

export interface RolloutArgs {
  /** The nodes' machines; those that are lost among them. */
  readonly machines: readonly Machine[];
  readonly environment: Environment;
}

/**
 * Nodes run on what was put on them: what needs a restart of Docker or the kubelet gets it node by node, masters first,
 * then workers a few at a time, each well before the next. Where one fails, the others are left as they are.
 */
export class Rollout extends pulumi.ComponentResource {
  constructor(name: string, { machines, environment }: RolloutArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:rollout:Rollout", name, {}, opts);
    let before: pulumi.Resource | undefined;
    for (const [index, wave] of waves(machines, environment.kubernetes.maxUnavailable).entries()) {
      before = new Wave(`${name}-${index + 1}`, wave, { parent: this, dependsOn: before ? [before] : [] });
    }
    const lost = machines.filter(({ lost }) => lost);
    if (lost.length > 0) new Wave(`${name}-lost`, lost, { parent: this });
    this.registerOutputs({});
  }
}

/** Nodes whose turn it is together. */
class Wave extends pulumi.ComponentResource {
  constructor(name: string, machines: readonly Machine[], opts: pulumi.ComponentResourceOptions) {
    super("keelson:rollout:Wave", name, {}, opts);
    for (const machine of machines) {
      const values = { NODE: machine.name, REVISIONS: machine.revisions ?? [] };
      new HostScript(
        `${machine.name}-rollout`,
        { machine, script: join(__dirname, "rollout.sh"), uses: [unitsScript], values, follows: true },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
