import type * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/command";

import type { MachineConfig } from "../environment";
import type { Seen } from "../script/seen";

/** An SSH server that is dialled first on the way to a machine. */
export interface FirstHop {
  /** The machine's name, or `bastionName`. */
  readonly name: string;
  /** A DNS name or an IPv4 address. */
  readonly host: string;
  readonly port: number;
  /** The public key that it is known by, "ssh-ed25519 AAAA...". @default any will do */
  readonly hostKey?: string;
}

/** What the bastion is called beside the machines' names, which are DNS labels. */
export const bastionName = "the bastion";

/** One machine that answers over SSH. Where it came from, a container or a rack, is of no concern to its users. */
export interface Machine {
  /** Name of the machine, its node and its etcd member: a DNS label. */
  readonly name: string;
  /** IPv4 address under which the other machines reach it. */
  readonly address: string;
  /** Its part of the stack's configuration. */
  readonly config: MachineConfig;
  /** It is gone for good: nothing of it is contacted, and its scripts are forgotten. @default false */
  readonly lost?: boolean;
  /** How to log in; its user is root or has password-less sudo. */
  readonly connection: types.input.remote.ConnectionArgs;
  /**
   * What is dialled first on the way to it: the machine itself, or the bastion before it. Absent where the program
   * starts the machine and waits for it.
   */
  readonly firstHop?: FirstHop;
  /**
   * By what it is known, its host key or where it is: another one where the machine behind the name was made anew, and
   * then it joins anew. Not known while that is to come.
   */
  readonly identity: string | pulumi.Output<string>;
  /**
   * "yes" where the machine itself said that it was a node when it was last looked at, which is whenever the way to it
   * changes: it is not made anew then, however it is known. @default nobody has looked
   */
  readonly joined?: pulumi.Output<string>;
  /** What must be there before the first login. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** Digests of what was sent to it, a change of which may call for a restart in its turn. @default none */
  readonly revisions?: readonly string[];
  /** A resource that takes everything on the machine with it when it is deleted: nothing needs undoing one by one. */
  readonly deletedWith?: pulumi.Resource;
  /**
   * The machine shares its kernel with the computer it runs on: kernel-wide settings are not its own, and kubeadm's
   * check of the kernel's build configuration does not apply to it.
   */
  readonly sharedKernel: boolean;
  /** What it told before the run; absent where it was not asked. */
  readonly seen?: Seen;
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
  if (!first) throw new Error(`there is no machine by way of which to act on ${name}`);
  return machines.find((machine) => machine.name !== name) ?? first;
}
