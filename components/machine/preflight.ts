import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { HostScript, packageScripts, stepOn, type ScriptValue } from "../script";
import type { Listener } from "../settings";
import type { Machine } from "./machine";
import { preflightStep } from "./step";
import type { MachineConfig } from "./roles";

/** What of the stack's settings a machine must be fit for. */
export interface PreflightSettings {
  readonly kubernetes: {
    readonly kubelet: { readonly failSwapOn: boolean; readonly configuration: Readonly<Record<string, unknown>> };
  };
  readonly docker: { readonly packages: string };
}

export interface PreflightArgs {
  readonly machines: readonly Machine[];
  readonly environment: PreflightSettings;
  /** Where what is to run on a machine will listen. */
  readonly listens: (machine: MachineConfig) => readonly Listener[];
  /** What the cluster is known by on its machines, "ID STACK". */
  readonly identity: pulumi.Output<string>;
  /** What else is looked at on each machine, before anything is touched. @default nothing */
  readonly guards?: readonly Guard[];
}

/** What a machine is looked at for, besides its fitness: scripts with a function `guard`, and the values they read. */
export type Guard = (
  machine: Machine,
) => { readonly uses: readonly string[]; readonly values: Readonly<Record<string, ScriptValue>> } | undefined;

const fitnessScripts = ["fitness.sh", "engines.sh"].map((file) => join(__dirname, file));

/** Every machine was found fit, all its faults named at once; nothing was changed on an unfit one. */
export class Preflight extends pulumi.ComponentResource {
  /**
   * The machines, their later scripts waiting for their own preflight: its `down` removes what a machine remembers, and is the
   * last to run when that machine alone leaves.
   */
  readonly machines: readonly Machine[];

  constructor(name: string, args: PreflightArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:machine:Preflight", name, {}, opts);
    this.machines = args.machines.map((machine) => {
      const check = this.check(machine, args);
      return { ...machine, joined: check.printed("joined"), dependsOn: [...machine.dependsOn, check] };
    });
    this.registerOutputs({});
  }

  private check(machine: Machine, { environment, listens, identity, guards = [] }: PreflightArgs): HostScript {
    const found = guards.map((guard) => guard(machine)).filter((guard) => guard !== undefined);
    return new HostScript(
      stepOn(machine, preflightStep),
      {
        machine,
        script: join(__dirname, "preflight.sh"),
        uses: [...packageScripts, ...fitnessScripts, ...found.flatMap(({ uses }) => uses)],
        values: {
          CLUSTER: identity,
          SWAP_ALLOWED: !environment.kubernetes.kubelet.failSwapOn,
          PORTS: portsOf(listens(machine.config)),
          ROLES: machine.config.roles,
          ADDRESS: machine.address,
          ADOPT: machine.config.adopt,
          DOCKER_PACKAGES: environment.docker.packages,
          DISK_PERCENT: fullestDisk(machine, environment),
          ...Object.fromEntries(found.flatMap(({ values }) => Object.entries(values))),
        },
      },
      { parent: this },
    );
  }
}

/** "PORT PROGRAM" of what is to listen on the machine, where nothing else may. */
function portsOf(listeners: readonly Listener[]): readonly string[] {
  return listeners.flatMap(({ port, program }) => (program === undefined ? [] : [`${port} ${program}`]));
}

/**
 * How full, in percent, a disk may be for the kubelet to take pods. Source: Kubernetes documentation, "Node-pressure Eviction",
 * its default of imagefs.available; a stack's own thresholds are its own matter.
 */
function fullestDisk({ sharedKernel }: Machine, { kubernetes }: PreflightSettings): number {
  return sharedKernel || "evictionHard" in kubernetes.kubelet.configuration ? 100 : 85;
}
