/** What Ginkgo's report says of each spec. Pure. */

/** How a spec ended, "none" where it was not run. */
export type Ending = "passed" | "failed" | "skipped" | "none";

/** One spec in one run. */
export interface Outcome {
  readonly name: string;
  /** The part of Kubernetes that it is of, as in "sig-apps". */
  readonly area: string;
  /** It is to be alone in the cluster. */
  readonly serial: boolean;
  readonly ending: Ending;
  readonly seconds: number;
  /** Why it failed, or left itself out. */
  readonly message: string;
  /** All that it said, events of its namespace among it. */
  readonly log: string;
}

/** The parts of Ginkgo's JSON that are read here. Source: ginkgo/v2/types/types.go */
interface Report {
  /** In nanoseconds, as all times. */
  readonly RunTime: number;
  readonly SpecReports: readonly {
    readonly ContainerHierarchyTexts: readonly string[] | null;
    readonly ContainerHierarchyLabels: readonly (readonly string[] | null)[] | null;
    readonly LeafNodeType: string;
    readonly LeafNodeLabels: readonly string[] | null;
    readonly LeafNodeText: string;
    readonly State: string;
    readonly RunTime: number;
    readonly Failure?: { readonly Message?: string };
    readonly CapturedGinkgoWriterOutput?: string;
    readonly CapturedStdOutErr?: string;
  }[];
}

/** The specs of conformance in a report; all others, and what runs before and after specs, are left out. */
export function outcomesIn(json: string): readonly Outcome[] {
  const reports = JSON.parse(json) as readonly Report[];
  return reports
    .flatMap(({ SpecReports }) => SpecReports)
    .map((spec) => ({ spec, labels: [...(spec.ContainerHierarchyLabels ?? []), spec.LeafNodeLabels ?? []].flat() }))
    .filter(({ spec, labels }) => spec.LeafNodeType === "It" && labels.includes("Conformance"))
    .map(({ spec, labels }) => {
      const name = [...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText].join(" ");
      const message = spec.Failure?.Message ?? "";
      return {
        ...{ name, area: /^\[([^\]]*)\]/.exec(name)?.[1] ?? "", serial: labels.includes("Serial") },
        ...{ ending: endingOf(spec.State, message), seconds: Math.round(spec.RunTime / 1e9), message },
        log: `${spec.CapturedGinkgoWriterOutput ?? ""}${spec.CapturedStdOutErr ?? ""}`,
      };
    });
}

/** How long the specs of a report took together, in seconds. */
export const secondsOf = (json: string): number =>
  (JSON.parse(json) as readonly Report[]).reduce((sum, { RunTime }) => sum + RunTime / 1e9, 0);

/** A spec that the filter leaves out is "skipped" as well, but says nothing. One that was interrupted, or whose run was over, has no ending. */
function endingOf(state: string, message: string): Ending {
  if (state === "passed") return "passed";
  if (state === "interrupted" || state === "aborted" || message === "A suite timeout occurred") return "none";
  if (state === "skipped" || state === "pending") return message === "" ? "none" : "skipped";
  return "failed";
}

/** An argument of --focus or --skip that means these specs and no other; undefined where there are none. */
export function patternOf(names: readonly string[]): string | undefined {
  const escaped = names.map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return escaped.length === 0 ? undefined : `(${escaped.join("|")})$`;
}

/** A spec after all runs. */
export interface Verdict extends Outcome {
  /** It failed among others, and was run again alone. */
  readonly again: boolean;
  /** What it said when it failed first. */
  readonly first: string;
}

/** Each spec as it ended in the last run that it was in. */
export function verdictsOf(runs: readonly (readonly Outcome[])[]): readonly Verdict[] {
  const verdicts = new Map<string, Verdict>();
  for (const outcome of runs.flat()) {
    const before = verdicts.get(outcome.name);
    if (before !== undefined && before.ending !== "none" && outcome.ending === "none") continue;
    const first = before?.ending === "failed" ? before.message : (before?.first ?? "");
    verdicts.set(outcome.name, { ...outcome, again: first !== "", first });
  }
  return [...verdicts.values()].sort((one, other) => one.name.localeCompare(other.name, "en"));
}
