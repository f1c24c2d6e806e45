import type * as pulumi from "@pulumi/pulumi";

import type { NodeSettings } from "./settings";
import type { Machine } from "../machine";
import type { ControlPlane } from "../master";
import type { Network } from "../network";
import type { JoinedMachine } from "./labels";
import { anewOf, LeavingNode, ReadyNode } from "./ready";
import { Worker } from "./worker";

export { nodesAtWork } from "./atWork";
export { Nodes, type NodeRow } from "./labels";
export { deleteLostNodes } from "./lost";
export type { Deleting } from "./ready";
export { atOnce, Rollout } from "./rollout";

export interface JoinArgs {
  /** Machines with their kubelets and proxies prepared. */
  readonly machines: readonly Machine[];
  readonly master: ControlPlane;
  readonly environment: NodeSettings;
  /** What pods need before a node can be ready: the pod network. */
  readonly network: Network;
}

/** Makes every machine's node a ready one of the cluster. */
export function joinNodes(args: JoinArgs, opts: pulumi.CustomResourceOptions): readonly JoinedMachine[] {
  const { machines, master, environment, network } = args;
  const { drainTimeout } = environment.kubernetes;
  const workers = machines.filter(({ lost, config }) => lost !== true && !config.roles.includes("master"));
  return [
    ...master.machines.map((machine) => {
      const member = new LeavingNode(machine.name, { machine, master, drainTimeout }, opts);
      const ready = new ReadyNode(machine.name, { machine, master }, { ...opts, dependsOn: [member, network.last] });
      return { config: machine.config, identity: machine.identity, anew: anewOf(machine), member, ready };
    }),
    ...workers.map((machine) => {
      const worker = new Worker(machine.name, { machine, master, environment, network: network.last }, opts);
      return {
        config: machine.config,
        identity: machine.identity,
        anew: anewOf(machine),
        member: worker,
        ready: worker,
      };
    }),
  ];
}
