import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { proxyPort, type Environment } from "../config";
import { HostScript } from "./hostScript";
import type { Machine } from "./machine";

export interface PreflightArgs {
  readonly machines: readonly Machine[];
  readonly environment: Environment;
}

/** Every machine was found fit, all its faults named at once; nothing was changed on an unfit one. */
export class Preflight extends pulumi.ComponentResource {
  /** Machines whose scripts wait for every machine's preflight. */
  readonly machines: readonly Machine[];

  constructor(name: string, args: PreflightArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:machine:Preflight", name, {}, opts);
    const checks = args.machines.map(
      (machine) =>
        new HostScript(
          `${machine.name}-preflight`,
          {
            machine,
            script: join(__dirname, "preflight.sh"),
            values: {
              SWAP_ALLOWED: !args.environment.kubernetes.kubelet.failSwapOn,
              PORTS: portsOf(machine, args.environment).map(String),
            },
          },
          { parent: this },
        ),
    );
    this.machines = args.machines.map((machine) => ({ ...machine, dependsOn: [...machine.dependsOn, ...checks] }));
    this.registerOutputs({});
  }
}

/** TCP ports that what is to run on the machine will listen on. Source: Kubernetes documentation, "Ports and Protocols". */
function portsOf({ config }: Machine, { kubernetes, etcd }: Environment): readonly number[] {
  const ports = new Set<number>();
  if (config.roles.includes("etcd")) [etcd.clientPort, etcd.peerPort].forEach((port) => ports.add(port));
  if (config.roles.includes("master")) [kubernetes.bindPort, 10257, 10259].forEach((port) => ports.add(port));
  if (config.roles.some((role) => role !== "etcd")) [proxyPort, 10250, 10256].forEach((port) => ports.add(port));
  return [...ports];
}
