import { readFileSync } from "node:fs";

/**
 * The text of a script that runs by itself, as a file on a machine or in a container: each `@NAME@` in it has its value, and its
 * comments stay here.
 */
export function shipped(path: string, values: Readonly<Record<string, string | number>>): string {
  const text = readFileSync(path, "utf8")
    .replace(/^# .*\n/gm, "")
    .trimStart();
  return text.replace(/@([A-Z_]+)@/g, (place, name: string) => String(values[name] ?? place));
}
