import { authoritiesOf } from "../certificates/settings";
import { encryptionOf, type Encryption } from "../encryption/settings";
import type { Environment } from "../environment";
import type { MachineConfig } from "../machine";
import { roomForNodes } from "../network/settings";
import { audiences, encrypts, fixedSettings, issuers } from "./fixed";

/** One machine, as far as changes of the cluster's shape go. */
export interface Place {
  readonly name: string;
  readonly roles: readonly string[];
  readonly address: string;
  /** The machine's public host key; "" where nobody asks for it. */
  readonly hostKey: string;
  /** It is gone for good. */
  readonly lost: boolean;
  /** Which of its containers it is; absent where it is none, or was made before they were told apart. */
  readonly build?: string;
}

/** The shape of a cluster, as it is kept in the state to be compared with what is asked for next. */
export interface Topology {
  readonly machines: readonly Place[];
  /** Settings that cannot change while the cluster lives, by their path in the configuration; "" is the usual of what is set. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Who signs the tokens of service accounts, and whose are taken besides; states of earlier releases do not have it. */
  readonly issuers?: readonly string[];
  /** For whom tokens of service accounts are; absent where that is their issuers, and in states of earlier releases. */
  readonly audiences?: readonly string[];
  /** The API server encrypts what it stores by a file of the stack's own; states of earlier releases do not have it. */
  readonly encrypts?: boolean;
  /** How Secrets are kept in etcd; absent where the stack has a file of its own for it, and in states of earlier releases. */
  readonly encryption?: Encryption;
  /** Nodes that the pods' network has room for; states of earlier releases do not have it. */
  readonly room?: number;
  /** etcd's release; states of earlier releases do not have it. */
  readonly etcd?: string;
  /** Numbers of the authorities, the first of which issues; absent where it is the first alone. */
  readonly authorities?: readonly number[];
  /** The number of the administrator's kubeconfig; absent where it is the first, and in states of earlier releases. */
  readonly administrator?: number;
  /** The generation of etcd's restore; absent where none is asked for. */
  readonly restore?: number;
  /** The stack's name, where machines on this computer bear it; states of earlier releases do not have it. */
  readonly stack?: string;
}

/** The shape that an environment asks for, with containers told apart by their names, and the release of etcd that it gets. */
export function topologyOf(
  environment: Environment,
  builds: ReadonlyMap<string, Build> = new Map(),
  etcd?: string,
): Topology {
  const { stack, provider } = environment;
  const { administrator } = environment.certificates;
  const authorities = [...authoritiesOf(environment)];
  const encryption = encryptionOf(environment);
  const given = audiences(environment);
  return {
    machines: [...environment.machines, ...environment.lost]
      .map((machine) => placeOf(machine, builds.get(machine.name)))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    fixed: fixedSettings(environment),
    issuers: issuers(environment),
    ...(given ? { audiences: given } : {}),
    encrypts: encrypts(environment),
    ...(encryption ? { encryption: { ...encryption } } : {}),
    room: roomForNodes(environment.kubernetes),
    ...(etcd === undefined ? {} : { etcd }),
    ...(authorities.join() === "1" ? {} : { authorities }),
    ...(administrator === 1 ? {} : { administrator }),
    ...(environment.etcd.restore ? { restore: environment.etcd.restore.generation } : {}),
    ...(provider === "local" ? { stack } : {}),
  };
}

/** What tells containers of one machine apart. */
interface Build {
  readonly id?: string;
}

function placeOf({ name, roles, address, ssh, lost }: MachineConfig, build: Build = {}): Place {
  const container = build.id === undefined ? {} : { build: build.id };
  return { name, roles: [...roles], address, hostKey: ssh.hostKey ?? "", lost, ...container };
}

/** Names of the machines of a role that are not lost. */
export function having({ machines }: Topology, role: "master" | "etcd" | "worker"): readonly string[] {
  return machines.filter(({ roles, lost }) => !lost && roles.includes(role)).map(({ name }) => name);
}

/** Machines that were there, and are no more: not lost, but taken out of the list. */
export function leaving(before: Topology, after: Topology): readonly Place[] {
  return before.machines.filter(({ name, lost }) => !lost && !placeIn(after, name));
}

/** The shape that was, with machines of the cluster that were taken out before: the run that was to let them go did not. */
export function withLeft(before: Topology, after: Topology, left: readonly Place[] = []): Topology {
  // One that is in the list again as lost is given up now, and judged as any that was there.
  const more = left.filter(({ name }) => !placeIn(before, name) && placeIn(after, name)?.lost !== false);
  return { ...before, machines: [...before.machines, ...more] };
}

/** Machines that were there, and are marked as lost now. */
export function newlyLost(before: Topology, after: Topology): readonly Place[] {
  return before.machines.filter(({ name, lost }) => !lost && placeIn(after, name)?.lost === true);
}

/** Machines that are new, or there again after they were lost. */
export function joining(before: Topology, after: Topology): readonly Place[] {
  return after.machines.filter(({ name, lost }) => !lost && (placeIn(before, name)?.lost ?? true));
}

/** etcd is set back to a backup, and needs nothing of what members have. */
export function restores(before: Topology, after: Topology): boolean {
  return (after.restore ?? 0) > (before.restore ?? 0);
}

/** Whether etcd's members, without these, are no quorum any more, and nothing of a backup takes their place. */
export function losesData(before: Topology, after: Topology, gone: readonly string[]): boolean {
  const members = having(before, "etcd");
  return gone.length > 0 && members.length - gone.length <= members.length / 2 && !restores(before, after);
}

/** "etcd has 3 members (a, b and c)". */
export function etcdHas(topology: Topology): string {
  const members = having(topology, "etcd");
  return `etcd has ${members.length} ${members.length === 1 ? "member" : "members"} (${listed(members)})`;
}

/** A machine by its name. */
export function placeIn({ machines }: Topology, name: string): Place | undefined {
  return machines.find((place) => place.name === name);
}

/** "a", "a and b", "a, b and c". */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
