import { isDeepStrictEqual } from "node:util";

import { isObject, pathTo } from "../../properties";
import type { Step } from "./player";
import type { Accepted } from "./recording";

/** What differs between two plays of one scenario, value by value. */

export interface Difference {
  readonly scenario: string;
  readonly step: string;
  readonly path: string;
  /** Undefined where the plugin does not give the value at all. */
  readonly official: unknown;
  readonly standIn: unknown;
}

/** Every value in which the stand-in's answers are not the official plugin's. Steps it was not asked for are left out. */
export function differencesOf(scenario: string, official: readonly Step[], standIn: readonly Step[]): Difference[] {
  return standIn.flatMap((own) => {
    const recorded = official.find(({ step }) => step === own.step);
    if (recorded === undefined) throw new Error(`"${own.step}" of "${scenario}" is not recorded: run toolchain/record`);
    const answers = differing(recorded.answer, own.answer, "");
    return answers.map((values) => ({ scenario, step: own.step, ...values }));
  });
}

function differing(one: unknown, other: unknown, path: string): Omit<Difference, "scenario" | "step">[] {
  if (isObject(one) && isObject(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
    return keys.flatMap((key) => differing(one[key], other[key], pathTo(path, key)));
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.flatMap((value, index) => differing(value, other[index], `${path}[${index}]`));
  }
  return isDeepStrictEqual(one, other) ? [] : [{ path, official: one, standIn: other }];
}

/** Whether a listed difference is this one. */
export function covers(accepted: Accepted, { scenario, step, path }: Difference): boolean {
  return (
    matches(accepted.scenario, scenario) &&
    matches(accepted.step, step) &&
    // A path stands for all that is below it, too.
    [accepted.path, `${accepted.path}.*`, `${accepted.path}[*`].some((pattern) => matches(pattern, path))
  );
}

/** `*` stands for any text. */
function matches(pattern: string, text: string): boolean {
  const literals = pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`));
  return new RegExp(`^${literals.join(".*")}$`, "s").test(text);
}

/** A difference in a line. */
export function told({ scenario, step, path, official, standIn }: Difference): string {
  const [theirs, ours] = [official, standIn].map((value) =>
    value === undefined ? "(nothing)" : JSON.stringify(value),
  );
  return `${scenario}: ${step}: ${path}\n  official: ${theirs}\n  stand-in: ${ours}`;
}
