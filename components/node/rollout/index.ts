import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { labelOf, trustScript } from "../../certificates";
import { authoritiesOf } from "../../certificates/settings";
import { yieldScripts } from "../../endpoint";
import { kubeletConfigFile, requestScript } from "../../kubelet";
import type { Machine } from "../../machine";
import { HostScript, stepOn, unitsScripts } from "../../script";
import { cordonScript } from "../ready";
import { rolloutStep } from "../step";
import { batches } from "./batches";
import { turnEffects } from "./effects";
import type { RolloutSettings } from "../settings";

export { atOnce } from "./batches";

export interface RolloutArgs {
  /** The nodes' machines; those that are lost among them. */
  readonly machines: readonly Machine[];
  readonly environment: RolloutSettings;
  /** Certificates of the cluster's authorities, the one that issues first; base64. */
  readonly authorities: pulumi.Output<string>;
}

/**
 * Nodes take their turns: restarts that were deferred are made, one master after the other, then workers in batches. A batch must
 * be healthy before the next one starts; where a node fails, the others are left as they are.
 */
export class Rollout extends pulumi.ComponentResource {
  constructor(name: string, { machines, ...args }: RolloutArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:rollout:Rollout", name, {}, opts);
    let before: pulumi.Resource | undefined;
    for (const [index, batch] of batches(machines, args.environment.kubernetes.maxUnavailable).entries()) {
      before = new Batch(`${name}-${index + 1}`, batch, args, {
        parent: this,
        dependsOn: before ? [before] : [],
      });
    }
    const lost = machines.filter(({ lost }) => lost);
    if (lost.length > 0) new Batch(`${name}-lost`, lost, args, { parent: this });
    this.registerOutputs({});
  }
}

const uses = [
  ...[...unitsScripts, ...yieldScripts, trustScript, requestScript, cordonScript],
  ...["drain.sh", "authorities.sh"].map((file) => join(__dirname, file)),
];

/** Nodes that take their turn together; the state knows it by the name of an earlier release. */
class Batch extends pulumi.ComponentResource {
  constructor(
    name: string,
    machines: readonly Machine[],
    { environment, authorities }: Omit<RolloutArgs, "machines">,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("keelson:rollout:Wave", name, {}, opts);
    const { version, drainTimeout, upgrade, virtualAddress } = environment.kubernetes;
    for (const machine of machines) {
      const values = {
        NODE: machine.name,
        RELEASE: version,
        DRAIN: upgrade.drain,
        DRAIN_SECONDS: drainTimeout,
        VIRTUAL_ADDRESS: machine.config.roles.includes("master") ? (virtualAddress ?? "") : "",
        REVISIONS: machine.revisions ?? [],
        AUTHORITIES: labelOf(authoritiesOf(environment)),
        CA_CRT: authorities,
        KUBELET_CONFIG_FILE: kubeletConfigFile,
      };
      new HostScript(
        stepOn(machine, rolloutStep),
        {
          ...{ machine, script: join(__dirname, "rollout.sh"), uses, values, follows: true },
          effects: turnEffects(machine, environment),
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
