import type { Link } from "./path";
import type { Run, Step } from "./run";

/** What a step says counts from so many seconds on, of which nothing else was said. */
const longEnough = 0.5;

/** A run in words: the critical path, and what each phase took. */
export function textOf(run: Run, path: readonly Link[]): string {
  const unfinished = run.steps.filter(({ failed, isCutOff }) => failed || isCutOff);
  const { prepared, seconds } = run;
  const end = path.at(-1)?.step.end ?? prepared;
  return [
    `${run.title}, ${run.began}: ${seconds.toFixed(1)} s, ${run.steps.length} steps`,
    ...unfinished.map(
      (step) => `${step.name} ${step.failed ? "failed" : "was cut off"} after ${taken(step).toFixed(1)} s`,
    ),
    "",
    "    from   waits   takes  the critical path",
    row([0, undefined, prepared], "the engine and the program begin"),
    ...path.flatMap(({ step, waited }) => [
      row([step.start, waited, taken(step)], `${step.phase.padEnd(11)}${step.name}`),
      ...pieces(step).map(({ text, from, takes }) => row([from, undefined, takes], `${" ".repeat(11)}  ${text}`)),
    ]),
    row([end, undefined, seconds - end], "the engine ends"),
    "",
    "   steps     sum longest  phases, with their longest steps",
    ...phases(run).map(
      ({ name, steps, sum, longest }) =>
        `${String(steps).padStart(8)}${figures([sum, taken(longest)])}  ${name.padEnd(11)}${longest.name}`,
    ),
    "",
  ].join("\n");
}

/** What a step said, each with how long nothing else was said. */
export function pieces({ said, start, end }: Step) {
  const marks = [{ at: start, text: "begins" }, ...said];
  return marks
    .map(({ at, text }, index) => ({ text, from: at, takes: (marks[index + 1]?.at ?? end) - at }))
    .filter(({ takes }) => said.length > 0 && takes >= longEnough);
}

/** What the steps of each phase took, those with the most first. */
export function phases({ steps }: Pick<Run, "steps">) {
  const byName = new Map<string, Step[]>();
  for (const step of steps) byName.set(step.phase, [...(byName.get(step.phase) ?? []), step]);
  return [...byName]
    .map(([name, own]) => ({
      name,
      steps: own.length,
      sum: own.reduce((sum, step) => sum + taken(step), 0),
      longest: own.reduce((longest, step) => (taken(step) > taken(longest) ? step : longest)),
    }))
    .sort((one, other) => other.sum - one.sum);
}

const taken = ({ start, end }: Step) => end - start;

const figures = (seconds: readonly (number | undefined)[]) =>
  seconds.map((one) => (one?.toFixed(1) ?? "").padStart(8)).join("");

const row = (seconds: readonly (number | undefined)[], words: string) => `${figures(seconds)}  ${words.slice(0, 100)}`;
