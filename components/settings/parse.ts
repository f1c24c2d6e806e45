import { z } from "zod";

import { filesDirectory } from "../master/componentSchema";
import { suggestion } from "./nearest";
import { touches, type Path, type Problem } from "./problems";
import { configuration, type Configuration } from "../environment/schema";
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
  const root = { raw: readable(raw, [], problems) };
  if (!isMap(root.raw)) throw new Error("the configuration is no map of sections");
  for (const { path } of problems.toReversed()) repair(root, path);
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
  return `is no known field: ${suggestion(key, known)}`;
}

/** No field of any program is nested as deep. */
const deepest = 64;

/**
 * A copy in which is noted as a mistake what no field can be: a secret where none belongs, for what reaches machines from
 * there is plain in the state, and what is lost or stops the program on its way.
 */
function readable(value: unknown, path: Path, problems: Problem[]): unknown {
  const refuse = (message: string, at = path) => void problems.push({ path: at, message });
  if (value instanceof Secret || isEncrypted(value)) {
    if (isSecretField(path)) return value instanceof Secret ? value : new Secret();
    refuse("is a secret: no field but a passphrase of a private key keeps one, so write it in plain or leave it out");
    return value;
  }
  if (typeof value === "string" && isBroken(value)) refuse(`${show(value)} has ${brokenText}: leave it out`);
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    refuse(`${show(value)} may be another number than was written, for it has too many digits: put it in quotes`);
  }
  if (typeof value !== "object" || value === null) return value;
  if (path.length >= deepest) {
    refuse(`is nested more than ${deepest} levels deep, which no field is: leave it out`);
    return null;
  }
  if (Array.isArray(value)) return value.map((element, index) => readable(element, [...path, index], problems));
  const fields = Object.entries(value).filter(([key]) => {
    if (key === "__proto__") refuse("is a name that is lost on its way: leave it out", [...path, key]);
    else if (isBroken(key)) refuse(`${show(key)} has ${brokenText}: leave it out`, [...path, key]);
    return key !== "__proto__";
  });
  return Object.fromEntries(fields.map(([key, field]) => [key, readable(field, [...path, key], problems)]));
}

const brokenText = "a NUL byte or half of a character in it, which reaches no program";

/** Whether a text has something in it that no file and no variable can hold. */
function isBroken(text: string): boolean {
  return /[\0\p{Surrogate}]/u.test(text);
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
    path: `${filesDirectory}/stand-in-${String(path.at(-2))}`,
    hostPath: "/stand-in",
    mountPath: `/stand-in-${String(path.at(-2))}`,
  };
  return Object.hasOwn(byName, last ?? "") ? byName[last ?? ""] : undefined;
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
  const own = (at: unknown, part: PropertyKey) =>
    (isMap(at) || Array.isArray(at)) && Object.hasOwn(at, part) ? (at as Json)[part] : undefined;
  return path.reduce<unknown>(own, value);
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
