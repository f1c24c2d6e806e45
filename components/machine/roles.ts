import type { SshLogin } from "../ssh";
import type { Frozen } from "../settings";
import type { MachineSettings } from "./settings";

/** One machine as the stack describes it. */
export interface MachineConfig {
  readonly name: string;
  readonly roles: readonly ("master" | "etcd" | "worker")[];
  /** IPv4 address under which the other machines reach it. */
  readonly address: string;
  readonly ssh: SshLogin;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Taints of its node; where absent, they stay what Kubernetes made them. */
  readonly taints?: Frozen<NonNullable<MachineSettings["taints"]>>;
  readonly unschedulable: boolean;
  /** What its container is made of; absent where it is none. */
  readonly image?: string;
  /** It shares its kernel with the computer that it runs on. */
  readonly sharedKernel: boolean;
  /** Its own Docker Engine is used as it is. */
  readonly adopt: boolean;
  /** It is gone for good, and is not contacted. */
  readonly lost: boolean;
  /** What pods may have, in thousandths of a core and in bytes; absent parts are not limited. */
  readonly allocatable?: { readonly millicpu?: number; readonly memoryBytes?: number };
}

interface Machines {
  readonly machines: readonly MachineConfig[];
}

/** Machines of the control plane, at least one; by name, so that their order in the stack's file changes nothing. */
export function mastersOf({ machines }: Machines): readonly [MachineConfig, ...MachineConfig[]] {
  const [first, ...others] = machines.filter(({ roles }) => roles.includes("master")).sort(byName);
  if (!first) throw new Error('no machine has the role "master"');
  return [first, ...others];
}

/** Machines that join as workers; a master that takes pods is in the cluster already. */
export function workersOf({ machines }: Machines): readonly MachineConfig[] {
  return machines.filter(({ roles }) => roles.includes("worker") && !roles.includes("master"));
}

/** Machines that carry a member of etcd each, at least one; by name. */
export function etcdMembersOf({ machines }: Machines): readonly MachineConfig[] {
  return machines.filter(({ roles }) => roles.includes("etcd")).sort(byName);
}

function byName(one: MachineConfig, other: MachineConfig): number {
  return one.name < other.name ? -1 : 1;
}

/** Machines of a role that are not lost. */
export function having(
  machines: readonly MachineConfig[],
  role: MachineConfig["roles"][number],
): readonly MachineConfig[] {
  return machines.filter(({ roles, lost }) => !lost && roles.includes(role));
}
