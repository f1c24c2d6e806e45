import type { Answer } from "./answer";
import type { Asked } from "./look";

/** A release of each machine. */
type Releases = Readonly<Record<string, string>>;

/** Releases that run, by their machines, of those that told. */
export interface Running {
  readonly apiServers: Releases;
  readonly kubelets: Releases;
  /** Of etcd, where its members are. */
  readonly members: Releases;
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
  return { apiServers: releasesOf("kube-apiserver"), kubelets: releasesOf("kubelet"), members: releasesOf("etcd") };
}

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
