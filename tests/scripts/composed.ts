import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { unfolded } from "../golden/received";

const golden = join(__dirname, "../golden");

/** One program that a machine receives, as the golden files have it. */
export interface Composed {
  /** Where its golden file is, "small/worker-1/worker-1-join.sh". */
  readonly path: string;
  /** The whole of it. */
  readonly text: string;
  /** Names of the values it is given. */
  readonly values: readonly string[];
  /** Scripts of the components that are in it, in their order. */
  readonly sources: readonly string[];
}

/** What the library reads, and every program has. */
const everywhere = ["SCRIPT", "PROGRAM", "SECRETS"];

/** Every program of every topology. */
export const composed: readonly Composed[] = readdirSync(golden, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".sh"))
  .sort()
  .map((path) => {
    const folded = readFileSync(join(golden, path), "utf8");
    const sources = [...folded.matchAll(/^# Here is the text of (.*)\.$/gm)].map(([, source]) => source ?? "");
    const values = [...folded.matchAll(/^(?:readonly (?:-a )?([A-Z0-9_]+)=|handed ([A-Z0-9_]+) )/gm)].map(
      ([, name, handed]) => name ?? handed ?? "",
    );
    return { path, text: unfolded(folded), sources, values: values.filter((name) => !everywhere.includes(name)) };
  });

/** The scripts of the components, by their paths in the project. */
export const sources: ReadonlyMap<string, string> = new Map(
  [...new Set(composed.flatMap(({ sources }) => sources))].map((path) => [
    path,
    readFileSync(join(__dirname, "../..", path), "utf8"),
  ]),
);
