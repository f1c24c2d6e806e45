import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Step } from "./player";

/** Recordings: what an official plugin answered to a scenario, as data in a file each. */

export interface Recording {
  /** The package, such as "@pulumi/command". */
  readonly plugin: string;
  readonly version: string;
  /** The day on which it was recorded. */
  readonly recorded: string;
  readonly scenario: string;
  readonly steps: readonly Step[];
}

/** A difference that is known, and lived with. */
export interface Accepted {
  /** Where it is seen: scenario, step and path, `*` for anything. */
  readonly scenario: string;
  readonly step: string;
  readonly path: string;
  /** It shows only where the suite's server is there. @default it shows in every run */
  readonly withServer?: boolean;
  /** Why the stand-in answers otherwise, in a sentence. */
  readonly reason: string;
  /** What that means for whoever works with the stand-in, in a sentence. */
  readonly consequence: string;
}

/** Where the recordings are, a folder for each plugin. */
export const directory = join(__dirname, "..", "recordings");

/** What was recorded of a scenario; an error says how to record it. */
export function recordingOf(plugin: string, scenario: string): Recording {
  const path = fileOf(plugin, scenario);
  if (!existsSync(path)) throw new Error(`${path} is missing: record it with toolchain/record ${plugin}`);
  return JSON.parse(readFileSync(path, "utf8")) as Recording;
}

/** Writes down a recording, whose text is given: how it is laid out is the recorder's affair. */
export function keepRecording(plugin: string, scenario: string, text: string): void {
  const path = fileOf(plugin, scenario);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export function acceptedOf(plugin: string): readonly Accepted[] {
  return JSON.parse(readFileSync(join(directory, plugin, "accepted-differences.json"), "utf8")) as Accepted[];
}

function fileOf(plugin: string, scenario: string): string {
  return join(directory, plugin, `${scenario.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}.json`);
}
