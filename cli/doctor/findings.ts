import { lengthOf } from "../../components/certificates/settings";

/** What is looked at, in the order in which it is told. */
export const checks = [
  "machines",
  "drift",
  "units",
  "clocks",
  "disks",
  "API",
  "certificates",
  "etcd",
  "backups",
  "nodes",
  "pods",
  "network",
  "versions",
] as const;

export type Check = (typeof checks)[number];

/** One thing that is not well, or that nobody could tell; or a check that found everything well. */
export interface Finding {
  readonly check: Check;
  readonly state: "well" | "wrong" | "unknown";
  /** The machine; "the cluster" where it is of none. */
  readonly subject: string;
  /** The step or the component that it is about, "kubelet.service". @default the subject itself */
  readonly component?: string;
  readonly words: string;
  /** What the component said last, in its own words. */
  readonly said?: string;
  /** The command to type next. */
  readonly next?: string;
}

export const theCluster = "the cluster";

/** Findings of one check, or the line that says that there are none. */
export function orWell(check: Check, found: readonly Finding[], words: string): readonly Finding[] {
  return found.length > 0 ? found : [{ check, state: "well", subject: theCluster, words }];
}

/** The same, where somebody could be asked; else that nobody was. */
export function orUnknown(
  check: Check,
  asked: readonly unknown[],
  found: readonly Finding[],
  words: string,
): readonly Finding[] {
  if (asked.length > 0 || found.length > 0) return orWell(check, found, words);
  return [{ check, state: "unknown", subject: theCluster, words: "nobody could be asked: see machines" }];
}

/** "1 machine", "3 machines". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** When something ends that has so many seconds left. */
export function endsIn(left: number): string {
  return left < 0 ? `has ended ${lengthOf(left)} ago` : `ends in ${lengthOf(left)}`;
}

/** How commands are written for a stack. */
export class Commands {
  constructor(private readonly stack: string) {}

  make(target: string): string {
    return `make ${target}${this.stack === "dev" ? "" : ` STACK=${this.stack}`}`;
  }

  /** A command on a machine. */
  on(machine: string, command: string): string {
    return `${this.make(`shell MACHINE=${machine}`)}, and there: ${command}`;
  }

  /** In a directory that is no checkout it is make itself that refuses, and prints nothing to evaluate. */
  kubectl(words: string): string {
    return `eval "$(${this.make("--silent kubeconfig")} || echo false)" && kubectl ${words}`;
  }
}
