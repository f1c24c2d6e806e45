import { randomInt } from "node:crypto";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../config";
import { criSocket } from "../docker/render";
import { nodeEndpoint } from "../endpoint";
import { leaveScript } from "../kubelet";
import { anotherOf, HostScript, type Machine } from "../machine";
import type { ControlPlane } from "../master";
import { Member } from "./member";
import { joinConfig } from "./render";

export { Member } from "./member";

export interface WorkerArgs {
  /** The machine that joins, its kubelet prepared. */
  readonly machine: Machine;
  readonly master: ControlPlane;
  readonly environment: Environment;
  /** What pods on the machine need before its node can be ready: the pod network. */
  readonly network: pulumi.Resource;
}

/**
 * A machine is a ready worker node. It is admitted with a token of 15 minutes that this run alone knows: the token
 * is random in each run, and only a machine that has yet to join ever sees it.
 */
export class Worker extends pulumi.ComponentResource {
  constructor(name: string, args: WorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:worker:Worker", name, {}, opts);
    const { machine, master } = args;
    const token = `${randomText(6)}.${randomText(16)}`;
    // Both run at the same time: the one is done when the other has joined.
    const admission = new HostScript(
      `${name}-admit`,
      {
        machine: anotherOf(master.machines, machine),
        script: join(__dirname, "admit.sh"),
        values: { NODE: machine.name },
        secrets: { TOKEN: token },
        once: true,
        replaceOn: [machine.identity],
      },
      { parent: this, dependsOn: [...machine.dependsOn], deletedWith: master.cluster },
    );
    const joining = this.join(name, args, token);
    new Member(name, { machine, master }, { parent: this, dependsOn: [admission, joining, args.network] });
    this.registerOutputs({});
  }

  private join(name: string, args: WorkerArgs, token: string): HostScript {
    const { machine, master, environment } = args;
    return new HostScript(
      `${name}-join`,
      {
        machine,
        script: join(__dirname, "join.sh"),
        uses: [leaveScript],
        values: {
          ENDPOINT: nodeEndpoint,
          TOKEN_ID: token.split(".")[0] ?? "",
          CRI_SOCKET: criSocket(environment.kubernetes.runtime),
          IGNORED_CHECKS: machine.sharedKernel ? ",SystemVerification" : "",
        },
        secrets: {
          JOIN_CONFIG: master.caHash.apply((caHash) =>
            joinConfig({ environment, machine, endpoint: nodeEndpoint, token, caHash }),
          ),
        },
        once: true,
      },
      { parent: this, dependsOn: [...master.operator.dependsOn] },
    );
  }
}

/** Random letters and digits, as bootstrap tokens are made of. Source: Kubernetes documentation, "Bootstrap tokens". */
function randomText(length: number): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
