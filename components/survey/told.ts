import type { Answer, Ran } from "./answer";
import type { Asked } from "./look";

/** A release of each machine. */
type Releases = Readonly<Record<string, string>>;

/** Releases that run, by their machines, of those that told. */
export interface Running {
  readonly apiServers: Releases;
  readonly kubelets: Releases;
  /** Of etcd, where its members are. */
  readonly members: Releases;
  /** Machines that have joined, and have no node that is ready, or no kubelet that runs. @default none is known to */
  readonly notReady?: readonly string[];
  /** Nodes that are not ready, also of machines that are lost or in no list. @default none is known to be */
  readonly unready?: readonly string[];
  /** One was asked, and did not answer: what it runs, nobody knows. @default all answered */
  readonly silent?: boolean;
}

/** What a machine told of restores before the run: generations, 0 where there is none. */
export interface Restored {
  /** What its member is to start on was fetched. */
  readonly begun: number;
  /** All of it is done there. */
  readonly resumed: number;
  /** It was over before the machine was there. */
  readonly over: number;
}

/** Names of machines that have nothing of any cluster on them. */
export const nobodysOf = (asked: readonly Asked[]): readonly string[] =>
  asked.flatMap(({ config, answer }) => (answer && answer.owner === undefined ? [config.name] : []));

export function runningOf(asked: readonly Asked[]): Running {
  const releasesOf = (program: string): Releases => {
    const told = asked.map(({ config, answer }) => [config.name, answer?.versions.get(program)] as const);
    return Object.fromEntries(told.filter((pair): pair is [string, string] => pair[1] !== undefined));
  };
  const [apiServers, kubelets, members] = [releasesOf("kube-apiserver"), releasesOf("kubelet"), releasesOf("etcd")];
  const silent = asked.some(({ answer }) => !answer);
  const unready = [...new Set(asked.flatMap(({ answer }) => [...(answer?.unready.keys() ?? [])]))];
  return { apiServers, kubelets, members, notReady: notReadyOf(asked), unready, ...(silent ? { silent } : {}) };
}

/** Nodes of the stack's machines that masters know of as not ready, and since when. */
export function unreadyOf(asked: readonly Asked[]): ReadonlyMap<string, string> {
  const machines = new Set(asked.map(({ config }) => config.name));
  return new Map(asked.flatMap(({ answer }) => [...(answer?.unready ?? [])]).filter(([name]) => machines.has(name)));
}

/** Whether a machine was asked, and did not answer. */
export const isSilent = (asked: readonly Asked[], machine: string): boolean =>
  asked.some(({ config, answer }) => config.name === machine && !answer);

/** A machine that is in the cluster yet, as a list of machines would have it. */
export interface Left {
  readonly name: string;
  readonly roles: readonly string[];
  readonly address: string;
  readonly hostKey: string;
  readonly lost: boolean;
}

/** Machines that are in the cluster, and not in this list any more: the run that was to let them go did not. */
export function leftOf(asked: readonly Asked[], machines: readonly { readonly name: string }[]): readonly Left[] {
  const names = machines.map(({ name }) => name);
  const answers = asked.flatMap(({ answer }) => answer ?? []);
  const nodes = new Map(answers.flatMap(({ joined }) => joined).map((one) => [one.name, one]));
  const members = new Set(answers.flatMap(({ members }) => members));
  const gone = [...new Set([...nodes.keys(), ...members])].filter((name) => !names.includes(name)).sort();
  return gone.map((name) => {
    const { role, address = "", identity = "" } = nodes.get(name) ?? {};
    const roles = [...(role ? [role] : []), ...(members.has(name) ? ["etcd"] : [])];
    return { name, roles, address, hostKey: identity, lost: false };
  });
}

/** Machines that have joined, and have no node: of all masters that list the nodes, none has it. */
export function nodelessOf(asked: readonly Asked[]): readonly string[] {
  const lists = asked.flatMap(({ answer }) => answer?.nodes ?? []);
  if (lists.length === 0) return [];
  return asked
    .filter((one) => hasJoined(one) && !lists.some((nodes) => nodes.has(one.config.name)))
    .map(({ config }) => config.name);
}

/** What is not right about a machine's node: there is none, or it does not say which machine it is of, as one that nothing was given to yet. */
export type NodeState = "absent" | "unmarked";

/** Undefined where it is as it is to be, or no master lists the nodes. */
export function nodeStateOf(asked: readonly Asked[], machine: string): NodeState | undefined {
  const answers = asked.flatMap(({ answer }) => (answer?.nodes ? [{ ...answer, nodes: answer.nodes }] : []));
  if (answers.length === 0) return undefined;
  if (!answers.some(({ nodes }) => nodes.has(machine))) return "absent";
  return answers.some(({ joined }) => joined.some(({ name }) => name === machine)) ? undefined : "unmarked";
}

/** One that is to join in this run, or was taken up amid its join, has not. */
function hasJoined({ config: { name, roles }, answer }: Asked): boolean {
  const script = roles.includes("master") ? `${name}-master` : `${name}-join`;
  return answer?.scripts.get(script)?.ended === true;
}

function notReadyOf(asked: readonly Asked[]): readonly string[] {
  const [unready, nodeless] = [unreadyOf(asked), nodelessOf(asked)];
  const isIdle = (one: Asked) => hasJoined(one) && [...(one.answer?.scripts.values() ?? [])].some(leftKubeletIdle);
  return asked
    .filter((one) => unready.has(one.config.name) || nodeless.includes(one.config.name) || isIdle(one))
    .map(({ config }) => config.name);
}

const leftKubeletIdle = ({ changes }: Ran) =>
  changes.some(({ kind, name, now }) => kind === "unit" && name === "kubelet.service" && now !== "disabled");

/** The last restore of etcd that a machine has done; 0 where none told of one. */
export const lastRestoreOf = (told: ReadonlyMap<string, Restored>) =>
  Math.max(0, ...[...told.values()].map(({ resumed }) => resumed));

export function restoredOf(asked: readonly Asked[]): ReadonlyMap<string, Restored> {
  const stage = (answer: Answer, name: string) => answer.restored.get(name) ?? 0;
  return new Map(
    asked.flatMap(({ config, answer }): readonly (readonly [string, Restored])[] => {
      if (!answer) return [];
      const restored = { begun: stage(answer, "fetch"), resumed: stage(answer, "resume"), over: stage(answer, "over") };
      return [[config.name, restored]];
    }),
  );
}

/** Masters that all have the masters' common address, as they do where they do not hear each other; undefined where it is on one at most. */
export function heldBySeveral(
  asked: readonly Pick<Asked, "config" | "answer">[],
): { readonly masters: readonly string[]; readonly words: string } | undefined {
  const holders = asked.filter(({ answer }) => answer?.holds !== undefined);
  if (holders.length < 2) return undefined;
  const words = `the virtual address ${holders[0]?.answer?.holds ?? ""} is on several masters at once: VRRP, which is IP protocol 112, does not pass between them`;
  return { masters: holders.map(({ config }) => config.name), words };
}

export function newestBackupOf(asked: readonly Asked[]): string | undefined {
  const all = asked.flatMap(({ answer }) => answer?.backup ?? []);
  const [newest] = [...all].sort((one, other) => other.at - one.at);
  if (!newest) return undefined;
  const time = new Date(newest.at * 1000).toISOString().slice(0, 16).replace("T", " ");
  return `of ${time} UTC (${newest.id.slice(0, 8)}, revision ${newest.revision}, ${newest.keys} keys of Kubernetes)`;
}
