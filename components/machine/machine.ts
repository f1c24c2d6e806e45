import type * as pulumi from "@pulumi/pulumi";

import type { Target } from "../script";
import type { MachineConfig } from "./roles";

/** One machine that answers over SSH. Where it came from, a container or a rack, is of no concern to its users. */
export interface Machine extends Target {
  /** Name of the machine, its node and its etcd member: a DNS label. */
  readonly name: string;
  /** IPv4 address under which the other machines reach it. */
  readonly address: string;
  /** Its part of the stack's configuration. */
  readonly config: MachineConfig;
  /**
   * "yes" where the machine itself said that it was a node when it was last looked at, which is whenever the way to it
   * changes: it is not rebuilt then, however it is known. @default nobody has looked
   */
  readonly joined?: pulumi.Output<string>;
  /** Digests of what was sent to it, a change of which may call for a restart in its turn. @default none */
  readonly revisions?: readonly string[];
  /**
   * The machine shares its kernel with the computer it runs on: kernel-wide settings are not its own, and kubeadm's
   * check of the kernel's build configuration does not apply to it.
   */
  readonly sharedKernel: boolean;
  /** Name servers to give to pods where the machine's own resolv.conf has only loopback addresses. */
  readonly nameservers: readonly string[];
}

/** Whether pods can run on a machine: it is more than a member of etcd. */
export function isNode({ config }: Machine): boolean {
  return config.roles.some((role) => role !== "etcd");
}

/** The machines of these names, in their order; a name that is missing is a mistake in the program. */
export function named<const Names extends readonly { readonly name: string }[]>(
  names: Names,
  machines: readonly Machine[],
): { readonly [Index in keyof Names]: Machine } {
  return names.map(({ name }) => {
    const machine = machines.find((machine) => machine.name === name);
    if (!machine) throw new Error(`no machine is named ${name}: ${machines.map(({ name }) => name).join(", ")} are`);
    return machine;
  }) as { readonly [Index in keyof Names]: Machine };
}

/** The first of the machines that is not this one, so that this one may be dead; where there is no other, this one. */
export function anotherOf(machines: readonly Machine[], { name }: Pick<Machine, "name">): Machine {
  const [first] = machines;
  if (!first) throw new Error(`there is no machine through which to act on ${name}`);
  return machines.find((machine) => machine.name !== name) ?? first;
}
