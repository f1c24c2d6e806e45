import { pathsWhere } from "../settings";
import type { Environment } from "./resolve";
import { configuration } from "./schema";

/** The settings that are marked as immutable, by their paths; those of local machines only where there are some. */
export function immutableSettings(environment: Environment): Readonly<Record<string, string>> {
  const paths = pathsWhere(configuration, ({ notes }) => notes.immutable === true).filter(
    (path) => environment.provider === "local" || !path.startsWith("local."),
  );
  return Object.fromEntries(paths.map((path) => [path, String(valueAt(environment, path))]));
}

function valueAt(environment: Environment, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], environment);
}
