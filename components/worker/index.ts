import type * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../environment";
import type { Machine } from "../machine";
import type { ControlPlane } from "../master";
import type { JoinedMachine } from "../nodes";
import { lostMember, Member, ReadyNode } from "./member";
import { LostWorker, Worker } from "./worker";

export interface MembersArgs {
  /** Machines with their kubelets and proxies prepared. */
  readonly machines: readonly Machine[];
  readonly master: ControlPlane;
  readonly environment: Environment;
  /** What pods need before a node can be ready: the pod network. */
  readonly network: pulumi.Resource;
}

/** Makes every machine's node a ready one of the cluster, and lets the nodes of lost machines go. */
export function joinNodes(args: MembersArgs): readonly JoinedMachine[] {
  const { machines, master, environment, network } = args;
  const { drainTimeout } = environment.kubernetes;
  const workers = machines.filter(({ lost, config }) => lost !== true && !config.roles.includes("master"));
  letGo(args);
  return [
    ...master.machines.map((machine) => {
      const member = new Member(machine.name, { machine, master, drainTimeout }, {});
      const ready = new ReadyNode(machine.name, { machine, master }, { dependsOn: [member, network] });
      return { config: machine.config, identity: machine.identity, member, ready };
    }),
    ...workers.map((machine) => {
      const worker = new Worker(machine.name, { machine, master, environment, network });
      return { config: machine.config, identity: machine.identity, member: worker, ready: worker };
    }),
  ];
}

function letGo({ machines, master, environment }: MembersArgs): void {
  for (const config of environment.lost) {
    const { name, roles } = config;
    if (roles.includes("master")) lostMember(name, "master", master);
    else if (roles.includes("worker")) {
      const machine = machines.find((machine) => machine.name === name);
      new LostWorker(name, { config, machine, master });
    }
  }
}
