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
  const keys = Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(`${project}:`))
    .map((key) => key.slice(project.length + 1));
  const config = new pulumi.Config(project);
  const read = (key: string) => {
    const value = valueOf(config, key);
    if (!isConfigSecret(`${project}:${key}`)) return value;
    return marked(value, writtenFor(key, context), (path) => isSecretField(schema, path), [key]);
  };
  return parseEnvironment(Object.fromEntries(keys.map((key) => [key, read(key)])), context);
}

/** Pulumi hands every value over as a text, JSON where it is more than one. */
function valueOf(config: pulumi.Config, key: string): unknown {
  try {
    return config.getObject(key);
  } catch {
    return config.get(key);
  }
}

/** A key's value as the stack's file has it, secrets encrypted; undefined where the file is not where it usually is. */
function writtenFor(key: string, { directory, stack }: Context): unknown {
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
