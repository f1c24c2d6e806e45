import { z } from "zod";

import { suggestion } from "./nearest";
import { touches, type Path, type Problem } from "./problems";
import { isEncrypted, Secret } from "./secret";
import { show } from "./show";
import { fieldAt, valuesOf } from "./walk";

/** What a configuration may be. */
export interface Form<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** What stands for a field that must be there, when it is not there or wrong. */
  readonly standIn: (path: Path) => unknown;
}

/** What could be read of a configuration, and everything that is wrong with the rest of it. */
export interface Parsed<Configuration> {
  /** Stands for the configuration where it is right; wrong parts have their defaults or stand-ins. */
  readonly configuration: Configuration;
  readonly problems: readonly Problem[];
}

type Json = Record<PropertyKey, unknown>;

/**
 * Reads a configuration. What is wrong is noted and taken out, until the rest can be read: contradictions between the
 * parts that are right are then found in the same run.
 */
export function parse<Schema extends z.ZodType>(form: Form<Schema>, raw: unknown): Parsed<z.output<Schema>> {
  const { schema } = form;
  const problems: Problem[] = [];
  const root = { raw: readable(raw, [], { schema, problems }) };
  if (!isMap(root.raw)) throw new Error("the configuration is no map of sections");
  for (const { path } of problems.toReversed()) repair(root, path, form);
  // Each round takes every mistake found out of what the next one reads; checks of whole maps wait for their parts.
  for (let round = 0; round < 10; round++) {
    const result = schema.safeParse(root.raw);
    if (result.success) return { configuration: result.data, problems };
    const found = result.error.issues.flatMap((issue) => explain(issue, root.raw, schema));
    // Elements are taken out of lists, so the last ones go first.
    for (const { path } of found.toReversed()) repair(root, path, form);
    // What a stand-in or a list that is shorter now brings up is no news.
    problems.push(...found.filter(({ path }) => !touches(path, problems)));
  }
  throw new Error(`the configuration cannot be read: ${problems.map(({ message }) => message).join("; ")}`);
}

function explain(issue: z.core.$ZodIssue, raw: unknown, schema: z.ZodType): Problem[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownField(schema, path, key) }));
  }
  if (issue.code !== "invalid_type" && issue.code !== "invalid_value") return [{ path, message: issue.message }];
  const value = valueAt(raw, path);
  const field = fieldAt(schema, path);
  const allowed = field ? valuesOf(field) : "another value";
  if (value === undefined) return [{ path, message: `is missing: use ${allowed}` }];
  if (value === null) return [{ path, message: `is empty: use ${allowed}, or leave the line out` }];
  return [{ path, message: `${show(value)} is not allowed: use ${allowed}` }];
}

function unknownField(root: z.ZodType, path: Path, key: string): string {
  const schema = fieldAt(root, path)?.schema;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return `is no known field: ${suggestion(key, known)}`;
}

interface Reading {
  readonly schema: z.ZodType;
  readonly problems: Problem[];
}

/** No field of any program is nested as deep. */
const deepest = 64;

/**
 * A copy in which is noted as a mistake what no field can be: a secret where none belongs, for what reaches machines from
 * there is plain in the state, and what is lost or stops the program on its way.
 */
function readable(value: unknown, path: Path, reading: Reading): unknown {
  const { schema, problems } = reading;
  const refuse = (message: string, at = path) => void problems.push({ path: at, message });
  if (value instanceof Secret || isEncrypted(value)) {
    if (isSecretField(schema, path)) return value instanceof Secret ? value : new Secret();
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
  if (Array.isArray(value)) return value.map((element, index) => readable(element, [...path, index], reading));
  const fields = Object.entries(value).filter(([key]) => {
    if (key === "__proto__") refuse("is a name that is lost on its way: leave it out", [...path, key]);
    else if (isBroken(key)) refuse(`${show(key)} has ${brokenText}: leave it out`, [...path, key]);
    return key !== "__proto__";
  });
  return Object.fromEntries(fields.map(([key, field]) => [key, readable(field, [...path, key], reading)]));
}

const brokenText = "a NUL byte or half of a character in it, which reaches no program";

/** Whether a text has something in it that no file and no variable can hold. */
function isBroken(text: string): boolean {
  return /[\0\p{Surrogate}]/u.test(text);
}

/** Whether the field at a path is there to be a secret. */
export function isSecretField(schema: z.ZodType, path: Path): boolean {
  return fieldAt(schema, path)?.notes.secret === true;
}

function repair(root: { raw: unknown }, path: Path, { schema, standIn }: Form<z.ZodType>): void {
  const full = ["raw", ...path];
  const last = full.at(-1) ?? "";
  const parent = valueAt(root, full.slice(0, -1));
  if (Array.isArray(parent) && path.length !== 2) parent.splice(Number(last), 1);
  else if (isMap(parent) || Array.isArray(parent)) {
    const field = fieldAt(schema, path);
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
