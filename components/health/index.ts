import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import type { MachineConfig } from "../machine";
import { HostScript, type Again } from "../script";
import type { ControlPlane } from "../master";

export interface ClusterHealthArgs {
  readonly environment: { readonly machines: readonly MachineConfig[] };
  readonly master: ControlPlane;
  /** Where nginx answers; absent where it does not run. */
  readonly nginx?: string;
  /** What was found not to be well before the run. @default everything was well, or was not looked at */
  readonly unwell?: Again;
}

/** The cluster is well when a run ends: what was found not to be is looked at again, and fails the run when it stays so. */
export class ClusterHealth extends HostScript {
  constructor(name: string, args: ClusterHealthArgs, opts?: pulumi.CustomResourceOptions) {
    const { environment, master, nginx = "", unwell } = args;
    const nodes = environment.machines.filter(({ roles }) => roles.some((role) => role !== "etcd"));
    super(
      name,
      {
        machine: master.operator,
        script: join(__dirname, "health.sh"),
        values: { NODES: nodes.map(({ name }) => name), NGINX: nginx },
        again: unwell,
      },
      { ...opts, deletedWith: master.cluster },
    );
  }
}
