import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { anotherOf, HostScript, type Machine } from "../machine";
import type { ControlPlane } from "../master";

export interface MemberArgs {
  /** The machine whose node is meant. */
  readonly machine: Pick<Machine, "name" | "identity" | "dependsOn">;
  readonly master: ControlPlane;
  /** Seconds that pods may take to leave a node that is removed. */
  readonly drainTimeout: number;
  /** The machine is gone: its node is deleted at once, by a master that is there. @default false */
  readonly lost?: boolean;
}

/** A machine's node is in the cluster and ready; on the way out it is drained and deleted. */
export class Member extends HostScript {
  constructor(name: string, args: MemberArgs, opts: pulumi.CustomResourceOptions) {
    const { machine, master, drainTimeout, lost = false } = args;
    super(
      `${name}-member`,
      {
        machine: lost ? master.operator : anotherOf(master.machines, machine),
        of: machine,
        script: join(__dirname, "member.sh"),
        values: {
          NODE: machine.name,
          DRAIN_SECONDS: drainTimeout,
          LOST: lost,
          // A machine that was made anew is waited for again.
          IDENTITY: machine.identity,
        },
        ...(lost ? { ends: "undone" } : {}),
      },
      pulumi.mergeOptions({ deletedWith: master.cluster, dependsOn: [...machine.dependsOn] }, opts),
    );
  }
}

/** The node of a machine that is gone is deleted. */
export function lostMember(name: string, master: ControlPlane, opts: pulumi.CustomResourceOptions = {}): Member {
  const machine = { name, identity: "lost", dependsOn: [] };
  return new Member(name, { machine, master, drainTimeout: 0, lost: true }, opts);
}
