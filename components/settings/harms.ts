import type { Contradiction } from "./problems";
import { show } from "./show";

/** Command-line flags by name; one that is given several times has a list. */
export type Flags = Readonly<Record<string, string | readonly string[]>>;

/** Values of a flag, or of a field of another program's file, with which that program or the cluster would not work. */
export interface Harm {
  /** Where the flag or field is, "etcd.extraArgs". */
  readonly map: string;
  readonly name: string;
  /** The values in words, for the reference: "true". */
  readonly values: string;
  readonly is: (value: string, flags: Flags) => boolean;
  /** What would happen, and the way to what its user may want. */
  readonly way: string;
}

/** What Go's flags take for a truth value. Source: Go documentation, strconv.ParseBool. */
export const isTrue = (value: string) => /^(1|t|T|true|TRUE|True)$/.test(value);
export const isFalse = (value: string) => /^(0|f|F|false|FALSE|False)$/.test(value);
export const leaveOut = "leave it out";

export const harm = (map: string, name: string, values: string, is: Harm["is"], way: string): Harm => ({
  ...{ map, name, values, is, way },
});

/** Programs that are asked about themselves answer and end. */
export const questions = (map: string): readonly Harm[] =>
  ["help", "version"].map((name) =>
    harm(map, name, "any but false", (value) => !isFalse(value), `it would print that and end: ${leaveOut}`),
  );

/** Flags of a map with which the cluster would not work, or lose its data. */
export function* harmIn(map: string, flags: Flags, harms: readonly Harm[]): Generator<Contradiction> {
  for (const { name, is, way } of harms.filter((harm) => harm.map === map)) {
    for (const value of Object.hasOwn(flags, name) ? [flags[name] ?? []].flat() : []) {
      if (is(value, flags)) yield { path: [...map.split("."), name], message: `${show(value)}: ${way}` };
    }
  }
}
