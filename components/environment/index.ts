import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { isConfigSecret } from "@pulumi/pulumi/runtime/config";
import { parse as parseYaml } from "yaml";

import { ConfigError, isSecretField, marked, parse, strayState, takenName, touches, type Context } from "../settings";
import { contradictions } from "./checks";
import { resolve, type Environment } from "./resolve";
import { configuration as schema, standIn } from "./schema";

export { immutableSettings } from "./immutable";
export { listenersOn } from "./portChecks";
export type { Environment } from "./resolve";

declare module "@pulumi/pulumi/runtime/config" {
  /** Whether a key's value was encrypted; there at run time, and left out of the package's types. */
  function isConfigSecret(key: string): boolean;
}

/** Pulumi's name for this program, before the colon of every key in a stack's file. */
const project = "keelson";

/**
 * The configuration of the stack that runs, whose local machines may have addresses already. Throws one error that lists
 * everything wrong with it, or says that the stack's state is not in the backend in use.
 */
export function readConfig(addressesIn?: (stack: string) => ReadonlyMap<string, string>): Environment {
  const stack = pulumi.getStack();
  const context = {
    stack,
    directory: join(__dirname, "..", ".."),
    addresses: addressesIn && (() => addressesIn(stack)),
  };
  const refusal = takenName(context) ?? strayState(context);
  if (refusal !== undefined) throw new pulumi.RunError(refusal);
  const all = Object.entries(pulumi.runtime.allConfig()).map(([key, value]): readonly [string, Handed] => [
    key,
    { value, secret: isConfigSecret(key) },
  ]);
  return parseEnvironment(settingsIn(Object.fromEntries(all), context), context);
}

/** A key's value as Pulumi hands it over. */
export interface Handed {
  readonly value: string;
  /** Some part of it is a secret. @default false */
  readonly secret?: boolean;
}

/** A stack's settings in all that Pulumi hands over, by their names without the program's own before them; other programs have keys there too. */
export function settingsIn(
  all: Readonly<Record<string, Handed>>,
  place: Pick<Context, "directory" | "stack">,
): Readonly<Record<string, unknown>> {
  return ownKeys(all, ({ value, secret }, key) => {
    const read = valueOf(value);
    return secret ? marked(read, writtenFor(key, place), (path) => isSecretField(schema, path), [key]) : read;
  });
}

/** A stack's settings in its file, by their names; those in Pulumi.yaml, or in an environment of Pulumi's, are not among them. */
export function settingsWritten(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return ownKeys(config, (value) => (typeof value === "string" ? valueOf(value) : value));
}

function ownKeys<T>(all: Readonly<Record<string, T>>, read: (value: T, key: string) => unknown) {
  const own = Object.entries(all).filter(([key]) => key.startsWith(`${project}:`));
  return Object.fromEntries(
    own.map(([name, value]) => {
      const key = name.slice(project.length + 1);
      return [key, read(value, key)];
    }),
  );
}

/** Pulumi hands every value over as a text, JSON where it is more than one; a file may have such a text as well. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A key's value as the stack's file has it, secrets encrypted; undefined where the file is not where it usually is. */
function writtenFor(key: string, { directory, stack }: Pick<Context, "directory" | "stack">): unknown {
  const file = join(directory, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) return undefined;
  const { config } = parseYaml(readFileSync(file, "utf8"), { merge: true }) as {
    readonly config?: Record<string, unknown>;
  };
  return config?.[`${project}:${key}`];
}

/** Makes an environment of a stack's configuration, as its file has it. Throws one error that lists everything wrong. */
export function parseEnvironment(raw: Readonly<Record<string, unknown>>, context: Context): Environment {
  const { configuration, problems } = parse({ schema, standIn }, raw);
  const environment = resolve(configuration, context);
  const more = contradictions({ configuration, environment, context }).filter(
    ({ path, uses = [] }) => ![path, ...uses].some((used) => touches(used, problems)),
  );
  const all = [...problems, ...more.map(({ path, message }) => ({ path, message }))];
  if (all.length > 0) throw new ConfigError(context.stack, all);
  const { machines } = environment;
  return freeze({
    ...environment,
    machines: machines.filter(({ lost }) => !lost),
    lost: machines.filter(({ lost }) => lost),
  });
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}
