import type { Answer } from "./answer";
import type { Asked } from "./look";

/** A release of each machine. */
type Releases = Readonly<Record<string, string>>;

/** Releases of Kubernetes that run. */
export interface Running {
  readonly apiServers: Releases;
  readonly kubelets: Releases;
}

/** How far a machine is with restores of etcd: the last one that it has begun, that it has gone on after, and that is over. */
export interface Restored {
  readonly begun: number;
  readonly resumed: number;
  readonly over: number;
}

export function runningOf(asked: readonly Asked[]): Running {
  const releasesOf = (program: string): Releases => {
    const told = asked.map(({ config, answer }) => [config.name, answer?.versions.get(program)] as const);
    return Object.fromEntries(told.filter((pair): pair is [string, string] => pair[1] !== undefined));
  };
  return { apiServers: releasesOf("kube-apiserver"), kubelets: releasesOf("kubelet") };
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

export function newestBackupOf(asked: readonly Asked[]): string | undefined {
  const all = asked.flatMap(({ answer }) => answer?.backup ?? []);
  const [newest] = [...all].sort((one, other) => other.at - one.at);
  if (!newest) return undefined;
  const time = new Date(newest.at * 1000).toISOString().slice(0, 16).replace("T", " ");
  return `of ${time} UTC (${newest.id.slice(0, 8)}, revision ${newest.revision}, ${newest.keys} keys of Kubernetes)`;
}
