import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";
import { parse } from "yaml";

import { settingsIn, settingsWritten } from "../components/environment";
import { UsageError } from "./arguments";

/** The project's own directory. */
export const root = join(__dirname, "..");

/** What a stack says of each section, "machines"; it may be wrong, and is not judged here. */
export type Settings = Readonly<Record<string, unknown>>;

/** What the stack's file says; what is encrypted there is not known. */
export function settingsOf(stackName: string): Settings {
  return settingsWritten((read(`Pulumi.${stackName}.yaml`)["config"] ?? {}) as Settings);
}

/**
 * Whether the file is all that the program is handed. Pulumi.yaml may have values for every stack, and a stack may import environments of
 * Pulumi's (ESC): what comes of them together, the engine alone knows.
 */
export function isWhole(stackName: string): boolean {
  return read(`Pulumi.${stackName}.yaml`)["environment"] === undefined && read("Pulumi.yaml")["config"] === undefined;
}

/** All that the program is handed; what is encrypted is not known where the file alone is that. */
export async function allSettings(stack: Stack): Promise<Settings> {
  return isWhole(stack.name) ? settingsOf(stack.name) : settingsIn(await stack.getAllConfig(), placeOf(stack));
}

/** The same, what is encrypted decrypted by the engine. */
export async function decryptedSettings(stack: Stack): Promise<Settings> {
  const settings = settingsOf(stack.name);
  const isPlain = isWhole(stack.name) && !JSON.stringify(settings).includes('{"secure":');
  return isPlain ? settings : settingsIn(await stack.getAllConfig(), placeOf(stack));
}

const placeOf = ({ name }: Stack) => ({ stack: name, directory: root });

/** A file of the project as it is written. */
function read(name: string): Settings {
  const text = readFileSync(join(root, name), "utf8");
  try {
    // Merge keys ("<<"), as Pulumi has them.
    return (parse(text, { merge: true }) ?? {}) as Settings;
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
