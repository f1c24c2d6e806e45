import { z } from "zod";

import { touches, type Path, type Problem } from "./problems";
import { configuration, type Configuration } from "./schema";
import { isEncrypted, Secret } from "./secret";
import { show } from "./show";
import { fieldAt, valuesOf } from "./walk";

/** What could be read of a configuration, and everything that is wrong with the rest of it. */
export interface Parsed {
  /** Stands for the configuration where it is right; wrong parts have their defaults or stand-ins. */
  readonly configuration: Configuration;
  readonly problems: readonly Problem[];
}

type Json = Record<PropertyKey, unknown>;

/**
 * Reads a configuration. What is wrong is noted and taken out, until the rest can be read: contradictions between the
 * parts that are right are then found in the same run.
 */
export function parse(raw: unknown): Parsed {
  const problems: Problem[] = [];
  const root = { raw: withoutSecrets(raw, [], problems) };
  if (!isMap(root.raw)) throw new Error("the configuration is no map of sections");
  for (const { path } of problems) repair(root, path);
  // Each round takes every mistake found out of what the next one reads; checks of whole maps wait for their parts.
  for (let round = 0; round < 10; round++) {
    const result = configuration.safeParse(root.raw);
    if (result.success) return { configuration: result.data, problems };
    const found = result.error.issues.flatMap((issue) => explain(issue, root.raw));
    // Elements are taken out of lists, so the last ones go first.
    for (const { path } of found.toReversed()) repair(root, path);
    // What a stand-in or a list that is shorter now brings up is no news.
    problems.push(...found.filter(({ path }) => !touches(path, problems)));
  }
  throw new Error(`the configuration cannot be read: ${problems.map(({ message }) => message).join("; ")}`);
}

function explain(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownField(path, key) }));
  }
  if (issue.code !== "invalid_type" && issue.code !== "invalid_value") return [{ path, message: issue.message }];
  const value = valueAt(raw, path);
  const field = fieldAt(configuration, path);
  const allowed = field ? valuesOf(field) : "another value";
  if (value === undefined) return [{ path, message: `is missing: use ${allowed}` }];
  if (value === null) return [{ path, message: `is empty: use ${allowed}, or leave the line out` }];
  return [{ path, message: `${show(value)} is not allowed: use ${allowed}` }];
}

function unknownField(path: Path, key: string): string {
  const schema = fieldAt(configuration, path)?.schema;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(name.toLowerCase(), key.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(1, key.length / 3))
    .sort((one, other) => one.distance - other.distance);
  return nearest
    ? `is no known field: did you mean "${nearest.name}"?`
    : `is no known field: the fields here are ${known.join(", ")}`;
}

/** How many letters must be put in, taken out or changed to make the one word of the other. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 0; i < one.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const change = (row[j] ?? 0) + (one[i] === other[j] ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/**
 * A copy in which encrypted values are noted as mistakes, but where one belongs: what reaches machines from anywhere else
 * is plain in the state.
 */
function withoutSecrets(value: unknown, path: Path, problems: Problem[]): unknown {
  if (value instanceof Secret || isEncrypted(value)) {
    if (isSecretField(path)) return value instanceof Secret ? value : new Secret();
    problems.push({
      path,
      message:
        "is a secret: no field but a passphrase of a private key keeps one, so write it in plain or leave it out",
    });
    return value;
  }
  if (Array.isArray(value)) return value.map((element, index) => withoutSecrets(element, [...path, index], problems));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, withoutSecrets(field, [...path, key], problems)]),
  );
}

/** Whether the field at a path is there to be a secret. */
export function isSecretField(path: Path): boolean {
  return fieldAt(configuration, path)?.notes.secret === true;
}

/** What stands for a field that must be there, when it is not there or wrong. */
function standIn(path: Path): unknown {
  const last = path.at(-1);
  if (path.length === 2 && path[0] === "machines") return { name: `stand-in-${String(last)}` };
  const byName: Json = {
    provider: "local",
    machines: [],
    name: `stand-in-${String(path.at(-2))}`,
    key: "stand-in",
    effect: "NoSchedule",
    host: "stand-in",
  };
  return byName[last ?? ""];
}

function repair(root: { raw: unknown }, path: Path): void {
  const full = ["raw", ...path];
  const last = full.at(-1) ?? "";
  const parent = valueAt(root, full.slice(0, -1));
  if (Array.isArray(parent) && path.length !== 2) parent.splice(Number(last), 1);
  else if (isMap(parent) || Array.isArray(parent)) {
    const field = fieldAt(configuration, path);
    if (field?.required === true && standIn(path) !== undefined) (parent as Json)[last] = standIn(path);
    else Reflect.deleteProperty(parent, last);
  }
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => (isMap(at) || Array.isArray(at) ? (at as Json)[part] : undefined), value);
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
