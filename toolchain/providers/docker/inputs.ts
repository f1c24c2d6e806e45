import { randomBytes } from "node:crypto";

import type { Checked, Operation } from "../plugin";
import { isObject, listAt, type Properties, textAt, unknownValue } from "../properties";
import { type Attribute, memberFallbacks, type Schema } from "./schema";

/** What all Docker resources do alike: names, defaults, labels. */

/** Checks the properties and completes them; a resource without a name gets one, or keeps the one that it got before. */
export function checkNamed(
  inputs: Properties,
  oldInputs: Properties,
  operation: Operation,
  schema: Schema,
  carried: ReadonlySet<string>,
): Checked {
  const given = Object.entries(inputs).filter(([key, value]) => value !== null && !key.startsWith("__"));
  const failures = [
    ...given.flatMap(([key, value]) => failureOf(key, value, operation, schema, carried)),
    ...missing(inputs, operation, schema),
  ];
  const completed = given.map(([key, value]) => [key, completedValue(key, value, schema[key])] as const);
  const fallbacks = Object.entries(schema)
    .filter(([key, { fallback }]) => fallback !== undefined && !given.some(([other]) => other === key))
    .map(([key, { fallback }]) => [key, fallback] as const);
  const name = inputs["name"] == null ? [["name", nameOf(oldInputs, operation)] as const] : [];
  const defaults = [...fallbacks, ...name].map(([key]) => key).sort();
  return { inputs: { ...Object.fromEntries([...completed, ...fallbacks, ...name]), __defaults: defaults }, failures };
}

function failureOf(
  key: string,
  value: unknown,
  { name }: Operation,
  schema: Schema,
  carried: ReadonlySet<string>,
): NonNullable<Checked["failures"]> {
  if (schema[key] === undefined || schema[key].outputOnly) {
    return [{ property: "", reason: `Invalid or unknown key. Examine values at '${name}.${key}'.` }];
  }
  if (key === "restart" && value !== unknownValue && !/^(no|on-failure|always|unless-stopped)$/.test(String(value))) {
    const words = `'${String(value)}' doesn't match the pattern '^(no|on-failure|always|unless-stopped)$'.`;
    return [{ property: "", reason: `${words} ${words} Examine values at '${name}.${key}'.` }];
  }
  const known = [...carried].sort().join(", ");
  return carried.has(key)
    ? []
    : [{ property: key, reason: `the stand-in plugin does not carry this property; it has: ${known}` }];
}

function missing(inputs: Properties, { name }: Operation, schema: Schema): NonNullable<Checked["failures"]> {
  return Object.keys(schema)
    .filter((key) => schema[key]?.required === true && inputs[key] == null)
    .map((key) => {
      const words = `The argument "${key}" is required, but no definition was found..`;
      return { property: "", reason: `Missing required argument. ${words} Examine values at '${name}.${key}'.` };
    });
}

function completedValue(key: string, value: unknown, attribute: Attribute | undefined): unknown {
  if (attribute?.kind === "text" && (typeof value === "number" || typeof value === "boolean")) return String(value);
  if (attribute?.kind === "number" && typeof value === "string" && value !== unknownValue) {
    if (!/^-?\d+$/.test(value)) {
      throw new Error(`${key}: strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
    }
    return Number(value);
  }
  if (attribute?.kind === "block") return isObject(value) ? { ...value, __defaults: [] } : value;
  if (attribute?.kind !== "blocks" || !Array.isArray(value)) return value;
  return value.map((member: unknown) => (isObject(member) ? completedMember(key, member) : member));
}

function completedMember(key: string, member: Properties): Properties {
  const fallbacks = Object.entries(memberFallbacks[key] ?? {}).filter(([name]) => member[name] === undefined);
  return { ...member, ...Object.fromEntries(fallbacks), __defaults: fallbacks.map(([name]) => name).sort() };
}

/** A name that was given before is kept; states of before mark it in another way. */
function nameOf(oldInputs: Properties, operation: Operation): string {
  const defaults = oldInputs["__defaults"];
  const wasGiven = oldInputs["__autonamed"] === true || (Array.isArray(defaults) && defaults.includes("name"));
  const had = wasGiven ? textAt(oldInputs, "name") : undefined;
  return had ?? `${operation.name}-${randomBytes(4).toString("hex").slice(1)}`;
}

/** Labels as the daemon takes them. */
export function labelsOf(inputs: Properties): Record<string, string> {
  return Object.fromEntries(
    listAt(inputs, "labels").map((label) => [textAt(label, "label") ?? "", textAt(label, "value") ?? ""]),
  );
}

/** A map of texts as the daemon takes it; numbers and booleans are written out. */
export function textMap(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries((value ?? {}) as Properties).map(([key, text]) => [key, String(text)]));
}
