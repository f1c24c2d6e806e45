import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { anotherOf, type Machine } from "../machine";
import { HostScript } from "../script";
import type { ControlPlane } from "../master";
import { podsScript } from "../network";

const readyScript = join(__dirname, "ready.sh");

export interface MemberArgs {
  /** The machine whose node is meant. */
  readonly machine: Pick<Machine, "name" | "identity" | "dependsOn">;
  readonly master: ControlPlane;
  /** Seconds that pods may take to leave a node that is removed. */
  readonly drainTimeout: number;
  /** What the machine was that is gone: its node is deleted at once, by a master that is there. @default it is not gone */
  readonly lost?: "master" | "worker";
}

/**
 * A machine's node goes with it: it is drained and deleted on the way out. In the state before the machine joins, so that one
 * whose join failed leaves no node behind either.
 */
export class Member extends HostScript {
  constructor(name: string, args: MemberArgs, opts: pulumi.CustomResourceOptions) {
    const { machine, master, drainTimeout, lost } = args;
    super(
      `${name}-member`,
      {
        machine: lost ? master.operator : anotherOf(master.machines, machine),
        of: machine,
        script: join(__dirname, "member.sh"),
        values: { NODE: machine.name, DRAIN_SECONDS: drainTimeout, LOST: lost ?? false },
        ...(lost ? { ends: "undone" } : {}),
      },
      pulumi.mergeOptions({ deletedWith: master.cluster, dependsOn: [...machine.dependsOn] }, opts),
    );
  }
}

export type ReadyNodeArgs = Pick<MemberArgs, "machine" | "master">;

/** A machine's node is in the cluster and ready, and its pods are in the pods' network. */
export class ReadyNode extends HostScript {
  constructor(name: string, { machine, master }: ReadyNodeArgs, opts: pulumi.CustomResourceOptions) {
    super(
      `${name}-ready`,
      {
        machine: anotherOf(master.machines, machine),
        of: machine,
        script: readyScript,
        uses: [podsScript],
        // A machine that was made anew is waited for again.
        values: { NODE: machine.name, IDENTITY: machine.identity },
      },
      pulumi.mergeOptions({ deletedWith: master.cluster, dependsOn: [...machine.dependsOn] }, opts),
    );
  }
}

/** The node of a machine that is gone is deleted, and awaited no more. */
export function lostMember(
  name: string,
  lost: "master" | "worker",
  master: ControlPlane,
  opts: pulumi.CustomResourceOptions = {},
): Member {
  const machine = { name, identity: "lost", dependsOn: [] };
  new HostScript(`${name}-ready`, { machine: master.operator, script: readyScript, ends: "forgotten" }, opts);
  return new Member(name, { machine, master, drainTimeout: 0, lost }, opts);
}
