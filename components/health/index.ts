import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { clientUrl } from "../etcd";
import type { EtcdSettings } from "../etcd/settings";
import { etcdMembersOf } from "../machine";
import { HostScript, type Again } from "../script";
import type { ControlPlane } from "../master";

export interface ClusterHealthArgs {
  readonly environment: EtcdSettings;
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
        values: {
          NODES: nodes.map(({ name }) => name),
          MEMBERS: etcdMembersOf(environment).map((member) => `${member.name} ${clientUrl(member, environment.etcd)}`),
          NGINX: nginx,
        },
        again: unwell,
      },
      { ...opts, deletedWith: master.cluster },
    );
    // A preview tells it with the script. Not all of it is what a run has to mend: a backup that is late, a certificate that ends soon.
    if (unwell && !pulumi.runtime.isDryRun()) void pulumi.log.info(`before this run: ${unwell.words.join("; ")}`);
  }
}
