import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { MachineConfig } from "../machine";
import type { Machine } from "../machine";
import { HostScript, stepOn } from "../script";
import type { ControlPlane } from "../master";
import { LeavingNode, readyScript } from "./ready";
import { admitStep, joinStep, readyStep } from "./step";

export interface LostNodesArgs {
  readonly lost: readonly MachineConfig[];
  /** Machines of which the state may know scripts that are to be forgotten. */
  readonly machines: readonly Machine[];
  readonly master: ControlPlane;
}

/** Lets the nodes of machines go that are gone for good: nothing of these machines is contacted. */
export function deleteLostNodes({ lost, machines, master }: LostNodesArgs, opts: pulumi.CustomResourceOptions): void {
  for (const config of lost) {
    if (config.roles.includes("master")) deleteNode(config.name, "master", master, opts);
    else if (config.roles.includes("worker")) {
      const machine = machines.find(({ name }) => name === config.name);
      new LostWorker(config.name, { config, machine, master }, opts);
    }
  }
}

interface LostWorkerArgs {
  readonly config: MachineConfig;
  /** The machine, where the state may know scripts of it that are to be forgotten. */
  readonly machine?: Machine;
  readonly master: ControlPlane;
}

/** A worker that is gone for good: its node is deleted, and nothing of the machine is contacted. */
class LostWorker extends pulumi.ComponentResource {
  constructor(name: string, { config, machine, master }: LostWorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    // It takes the place of the worker that it was.
    super("keelson:worker:Worker", master.operator.fleet.named(name), {}, opts);
    const child = { parent: this };
    const admission = { machine: master.operator, script: join(__dirname, "admit.sh"), once: true } as const;
    new HostScript(stepOn(config, admitStep), { ...admission, ends: "forgotten" }, child);
    if (machine) {
      new HostScript(stepOn(config, joinStep), { machine, script: join(__dirname, "join.sh"), once: true }, child);
    }
    deleteNode(config.name, "worker", master, child);
    this.registerOutputs({});
  }
}

/** The node of a machine that is gone is deleted, and awaited no more. */
function deleteNode(
  name: string,
  lost: "master" | "worker",
  master: ControlPlane,
  opts: pulumi.CustomResourceOptions,
): void {
  const machine = { name, identity: "lost", dependsOn: [] };
  new HostScript(
    stepOn(machine, readyStep),
    { machine: master.operator, script: readyScript, ends: "forgotten" },
    opts,
  );
  new LeavingNode(name, { machine, master, drainTimeout: 0, lost }, opts);
}
