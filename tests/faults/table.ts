/** What came of faults, as lines and as a page. Pure. */
import type { Fault } from "./fault";

export interface Outcome extends Pick<Fault, "name" | "expected"> {
  /** What was seen while it was done. */
  readonly told: string | undefined;
  /** Why nothing was done to the cluster; undefined where it was. */
  readonly undone: string | undefined;
  /** Runs of `up` that it took. */
  readonly runs: number;
  /** From its end until all was well. */
  readonly seconds: number;
  /** What was not well in the end; undefined where all was. */
  readonly ill: string | undefined;
}

/** When, and of what, they are. */
interface Circumstances {
  readonly date: string;
  readonly commit: string;
  /** "one run" or "several runs": each of them had a cluster of its own. */
  readonly runs: string;
  /** By which the same chance of the last can be had again. */
  readonly seed: number;
  /** How many faults there are: a run ends at one after which the cluster is not well. */
  readonly all: number;
  /** What is shown elsewhere, or not at all. */
  readonly elsewhere: readonly { readonly name: string; readonly where: string }[];
}

export const isAsExpected = ({ ill, undone, runs, expected }: Outcome) =>
  undone === undefined && ill === undefined && runs <= (expected === "one up" ? 1 : 0);

const seen = ({ ill, undone, told }: Outcome) =>
  [undone === undefined ? undefined : `NOT DONE: ${undone}`, ill === undefined ? "well" : `NOT WELL: ${ill}`, told]
    .filter(Boolean)
    .join("; ");

export function lineOf(outcome: Outcome): string {
  const sign = isAsExpected(outcome) ? "ok " : "NOT";
  return `${sign} ${outcome.name}: ${seen(outcome)}; ${outcome.runs} runs, ${outcome.seconds} s`;
}

export function pageOf(
  outcomes: readonly Outcome[],
  { date, commit, runs, seed, all, elsewhere }: Circumstances,
): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  return [
    "# What was done to a cluster, and what came of it",
    "",
    "`make faults WRITE=1` writes this page. One cluster of local machines, three masters with members of etcd and two workers, meets one fault after",
    "the other. Well means: each machine has one node, and it is ready; each member of etcd has a vote and is ready; the pod on each node reaches the",
    "next one's by its address, and a Service by address and by name; the cluster's authorities are those that it began with; the preview is empty.",
    "",
    `Of ${runs}, the last on ${date} at ${commit}: ${outcomes.length} of ${all} faults. Chance began there at KEELSON_SEED=${seed}.`,
    "",
    "| Fault | Expected | Seen | Runs of `up` | Seconds until well |",
    "| --- | --- | --- | --- | --- |",
    ...outcomes.map((outcome) => {
      const { name, expected, runs, seconds } = outcome;
      return `| ${cell(name)} | ${expected} | ${cell(seen(outcome))} | ${runs} | ${seconds} |`;
    }),
    ...elsewhere.map(({ name, where }) => `| ${name} | | ${where} | | |`),
    "",
  ].join("\n");
}
