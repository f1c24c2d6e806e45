import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { anotherOf, type Machine } from "../machine";
import { HostScript, stepOn, type Again } from "../script";
import type { ControlPlane } from "../master";
import { masterStep } from "../master/step";
import { podsScript } from "../network";
import { leaseScript } from "./atWork";
import { joinStep, leaveStep, readyStep } from "./step";

/** Awaits a node. */
export const readyScript = join(__dirname, "ready.sh");

/** Functions of a script that cordons a node, or takes that off. */
export const cordonScript = join(__dirname, "cordon.sh");

/** By whom nodes are deleted. */
export type Deleting = Pick<ControlPlane, "machines" | "operator" | "cluster">;

export interface LeavingNodeArgs {
  /** The machine whose node is meant. */
  readonly machine: Pick<Machine, "name" | "identity" | "dependsOn">;
  readonly master: Deleting;
  /** Seconds that pods may take to leave a node that is removed. */
  readonly drainTimeout: number;
  /** What the machine was that is gone: its node is deleted at once, by a master that is there. @default it is not gone */
  readonly lost?: "master" | "worker";
  /** The generation of etcd's restore, after which the node of a machine that is gone is deleted once more. @default none is asked for */
  readonly restored?: number;
}

/**
 * A machine's node goes with it: it is drained and deleted on the way out. In the state before the machine joins, so that one
 * whose join failed leaves no node behind either.
 */
export class LeavingNode extends HostScript {
  constructor(name: string, args: LeavingNodeArgs, opts: pulumi.CustomResourceOptions) {
    const { machine, master, drainTimeout, lost, restored = 0 } = args;
    super(
      stepOn({ name }, leaveStep),
      {
        machine: lost ? master.operator : anotherOf(master.machines, machine),
        of: machine,
        script: join(__dirname, "node.sh"),
        uses: [leaseScript, cordonScript],
        values: { NODE: machine.name, DRAIN_SECONDS: drainTimeout, LOST: lost ?? false, RESTORED: lost ? restored : 0 },
        ...(lost ? { ends: "undone" } : {}),
      },
      pulumi.mergeOptions({ deletedWith: master.cluster, dependsOn: [...machine.dependsOn] }, opts),
    );
  }
}

export interface ReadyNodeArgs extends Pick<LeavingNodeArgs, "master"> {
  readonly machine: Pick<Machine, "name" | "identity" | "dependsOn" | "config" | "seen">;
}

/** Why a machine's node is to be given all that it has once more; nothing where it is the node that it was. */
export function anewOf({ name, config, seen }: Pick<Machine, "name" | "config" | "seen">): Again | undefined {
  return seen?.anew(stepOn({ name }, config.roles.includes("master") ? masterStep : joinStep));
}

/** A machine's node is in the cluster and ready, and its pods are in the pods' network. */
export class ReadyNode extends HostScript {
  constructor(name: string, { machine, master }: ReadyNodeArgs, opts: pulumi.CustomResourceOptions) {
    super(
      stepOn({ name }, readyStep),
      {
        machine: anotherOf(master.machines, machine),
        of: machine,
        script: readyScript,
        uses: [podsScript, cordonScript],
        again: anewOf(machine),
        // A machine that was rebuilt is waited for again.
        values: {
          NODE: machine.name,
          IDENTITY: machine.identity,
          CORDONED: machine.config.unschedulable,
          TAINTED: (machine.config.taints ?? []).length > 0,
        },
      },
      pulumi.mergeOptions({ deletedWith: master.cluster, dependsOn: [...machine.dependsOn] }, opts),
    );
  }
}
