import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { anotherOf, HostScript, type Machine } from "../machine";
import type { ControlPlane } from "../master";

export interface MemberArgs {
  /** The machine whose node is meant. */
  readonly machine: Machine;
  readonly master: ControlPlane;
}

/** How long pods may take to leave a node that is removed. */
const drainSeconds = 120;

/** A machine's node is in the cluster and ready; on the way out it is drained and deleted. */
export class Member extends HostScript {
  constructor(name: string, { machine, master }: MemberArgs, opts: pulumi.CustomResourceOptions) {
    super(
      `${name}-member`,
      {
        machine: anotherOf(master.machines, machine),
        script: join(__dirname, "member.sh"),
        values: { NODE: machine.name, DRAIN_SECONDS: drainSeconds },
        replaceOn: [machine.identity],
      },
      pulumi.mergeOptions({ deletedWith: master.cluster, dependsOn: [...machine.dependsOn] }, opts),
    );
  }
}
