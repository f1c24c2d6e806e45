import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { nodeEndpoint } from "../endpoint";
import { kubeletConfigFile, kubeletUnitScripts } from "../kubelet";
import type { Machine } from "../machine";
import { HostScript, stepOn } from "../script";
import { Admission } from "./admission";
import type { NodeSettings } from "./settings";
import type { ControlPlane } from "../master";
import { LeavingNode, ReadyNode } from "./ready";
import { joinConfig, taintsAtFirst } from "./render";
import { joinStep } from "./step";

export interface WorkerArgs {
  /** The machine that joins, its kubelet prepared. */
  readonly machine: Machine;
  readonly master: ControlPlane;
  readonly environment: NodeSettings;
  /** What pods on the machine need before its node can be ready: the pod network. */
  readonly network: pulumi.Resource;
}

/**
 * A machine is a ready worker node. It joins with a token of 15 minutes that this run alone knows: the token is random in
 * each run, and only a machine that has yet to join ever sees it.
 */
export class Worker extends pulumi.ComponentResource {
  constructor(name: string, args: WorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, master } = args;
    super("keelson:worker:Worker", machine.fleet.named(name), {}, opts);
    const { drainTimeout } = args.environment.kubernetes;
    const member = new LeavingNode(name, { machine, master, drainTimeout }, { parent: this });
    const joining = this.join(args, member);
    new ReadyNode(name, { machine, master }, { parent: this, dependsOn: [joining, args.network] });
    this.registerOutputs({});
  }

  private join(args: WorkerArgs, member: pulumi.Resource): HostScript {
    const { machine, master, environment } = args;
    const admission = new Admission(machine, master.kubeconfig);
    const { token } = admission;
    return new HostScript(
      stepOn(machine, joinStep),
      {
        machine,
        script: join(__dirname, "join.sh"),
        uses: kubeletUnitScripts,
        values: {
          NODE: machine.name,
          IDENTITY: machine.identity,
          TAINTS: taintsAtFirst(environment, machine.config),
          ENDPOINT: nodeEndpoint,
          KUBELET_CONFIG_FILE: kubeletConfigFile,
          IGNORED_CHECKS: machine.sharedKernel ? ",SystemVerification" : "",
        },
        secrets: {
          TOKEN_ID: token.id,
          JOIN_CONFIG: pulumi
            .all([master.authorities.hashes, token.text])
            .apply(([caHashes, token]) =>
              joinConfig({ environment, machine, endpoint: nodeEndpoint, token, caHashes }),
            ),
        },
        once: true,
        moment: admission,
        effects: {
          create: "joins by a token of its own, which is good for 15 minutes",
          update: () => "joins once more, by a token of its own, which is good for 15 minutes",
        },
      },
      { parent: this, dependsOn: [...master.operator.dependsOn, member] },
    );
  }
}
