import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { stackDirectory } from "./keys";

/** What is remembered of a machine while Docker has no container of it. */
export interface MachineRecord {
  readonly address: string;
  /** Which of its containers was made last, or is to be. */
  readonly build?: string;
  /** That container was there. */
  readonly built: boolean;
}

type Records = Readonly<Record<string, MachineRecord>>;

const fileOf = (stack: string) => join(stackDirectory(stack), "machines.json");

/** What this checkout remembers of a stack's machines, by their names. */
export function recordsOf(stack: string): Records {
  const file = fileOf(stack);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Records) : {};
}

/** Remembers these machines, and no others. */
export function remember(stack: string, records: Records): void {
  const file = fileOf(stack);
  const text = `${JSON.stringify(records, undefined, 2)}\n`;
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(stackDirectory(stack), { recursive: true, mode: 0o700 });
  // A run that is killed leaves the old text or the new one.
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** A machine's container is there. */
export function rememberBuilt(stack: string, name: string): void {
  const records = recordsOf(stack);
  const record = records[name];
  if (record && !record.built) remember(stack, { ...records, [name]: { ...record, built: true } });
}
