import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { MachineConfig } from "../machine";
import type { Machine } from "../machine";
import { HostScript, stepOn } from "../script";
import { LeavingNode, readyScript, type Deleting } from "./ready";
import type { NodeSettings } from "./settings";
import { joinStep, readyStep } from "./step";

export interface LostNodesArgs {
  readonly environment: NodeSettings;
  /** Machines of which the state may know scripts that are to be forgotten. */
  readonly machines: readonly Machine[];
  readonly master: Deleting;
}

/** Lets the nodes of machines go that are gone for good: nothing of these machines is contacted. Each is gone when its resource is done. */
export function deleteLostNodes(args: LostNodesArgs, opts: pulumi.CustomResourceOptions): readonly pulumi.Resource[] {
  return args.environment.lost.flatMap((config) => {
    if (config.roles.includes("master")) return [deleteNode(config.name, "master", args, opts)];
    return config.roles.includes("worker") ? [new LostWorker(config.name, { ...args, config }, opts).member] : [];
  });
}

interface LostWorkerArgs extends LostNodesArgs {
  readonly config: MachineConfig;
}

/** A worker that is gone for good: its node is deleted, and nothing of the machine is contacted. */
class LostWorker extends pulumi.ComponentResource {
  readonly member: LeavingNode;

  constructor(name: string, args: LostWorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { config, machines, master } = args;
    const machine = machines.find(({ name }) => name === config.name);
    // It takes the place of the worker that it was.
    super("keelson:worker:Worker", master.operator.fleet.named(name), {}, opts);
    const child = { parent: this };
    if (machine) {
      new HostScript(stepOn(config, joinStep), { machine, script: join(__dirname, "join.sh"), once: true }, child);
    }
    this.member = deleteNode(config.name, "worker", args, child);
    this.registerOutputs({});
  }
}

/** The node of a machine that is gone is deleted, and awaited no more. */
function deleteNode(
  name: string,
  lost: "master" | "worker",
  { master, environment }: LostNodesArgs,
  opts: pulumi.CustomResourceOptions,
): LeavingNode {
  const machine = { name, identity: "lost", dependsOn: [] };
  new HostScript(
    stepOn(machine, readyStep),
    { machine: master.operator, script: readyScript, ends: "forgotten" },
    opts,
  );
  // A restore of etcd may have brought it back.
  const restored = environment.etcd.restore?.generation;
  return new LeavingNode(name, { machine, master, drainTimeout: 0, lost, restored }, opts);
}
