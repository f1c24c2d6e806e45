import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { HostScript } from "./hostScript";
import type { Machine } from "./machine";

export interface PreflightArgs {
  readonly machines: readonly Machine[];
  /** The machine may swap: the kubelet is configured to bear it. */
  readonly swapAllowed: boolean;
  /** TCP ports by machine that must be free unless this program took them. */
  readonly ports: (machine: Machine) => readonly number[];
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
              SWAP_ALLOWED: args.swapAllowed,
              PORTS: args.ports(machine).map(String),
            },
          },
          { parent: this },
        ),
    );
    this.machines = args.machines.map((machine) => ({ ...machine, dependsOn: [...machine.dependsOn, ...checks] }));
    this.registerOutputs({});
  }
}
