import type { Diff, Found, Remembered } from "../plugin";
import { isObject, pathTo, type Properties, same, unknownValue, without } from "../properties";
import { type Attribute, type Kind, memberSchemas, type Schema } from "./schema";

/** A resource's properties as the state has them, and what differs from them. */

/** What a preview can say: what only the daemon decides is unknown. */
export function previewed(inputs: Properties, schema: Schema): Properties {
  const members = Object.entries(schema)
    .filter(([, { outputOnly, computed }]) => !outputOnly || computed)
    .map(([key, attribute]) => {
      const given = inputs[key];
      if (given !== undefined) return [key, asState(key, given, attribute)] as const;
      return [key, attribute.computed ? unknownValue : attribute.unset] as const;
    });
  return Object.fromEntries(members);
}

/**
 * The state after a create or an update: what the daemon reports, but for what it does not report as it was given, and for
 * empty values that nobody asked for.
 */
export function made(inputs: Properties, found: Properties, schema: Schema): Properties {
  const members = Object.entries(schema).map(([key, attribute]) => {
    const given = inputs[key];
    if (given !== undefined && given !== unknownValue && key !== "mustRun") {
      return [key, asState(key, given, attribute)] as const;
    }
    const unsaid = isEmpty(found[key]) && !attribute.computed && ["set", "map"].includes(attribute.kind);
    return [key, unsaid ? attribute.unset : (found[key] ?? attribute.unset)] as const;
  });
  return Object.fromEntries(members);
}

/** What a refresh finds: the inputs take the reported values where these mean something else. */
export function refound(old: Remembered, found: Properties, schema: Schema): Found {
  const inputs = Object.entries(old.inputs).flatMap(([key, value]) => {
    const attribute = schema[key];
    if (attribute === undefined || means(key, value, found[key], attribute)) return [[key, value] as const];
    return isEmpty(found[key]) && found[key] !== false ? [] : [[key, found[key]] as const];
  });
  return { id: old.id, outputs: found, inputs: Object.fromEntries(inputs) };
}

/** What a change means, seen from the state: a property that the daemon reports otherwise is a change, too. */
export function diffAgainstState(old: Remembered, inputs: Properties, schema: Schema): Diff {
  const changed = Object.entries(schema).filter(([key, attribute]) => {
    if (attribute.outputOnly || (inputs[key] === undefined && attribute.computed)) return false;
    return !means(key, inputs[key], old.outputs[key] ?? attribute.fallback, attribute);
  });
  const replaces = changed.filter(([, { inPlace }]) => !inPlace).map(([key]) => key);
  const told = changed.flatMap(([key, { kind }]) => {
    const attribute = schema[key];
    return attribute === undefined ? [] : toldOf(key, asState(key, inputs[key], attribute), old.outputs[key], kind);
  });
  const changes = told.map(([path]) => path);
  const replaced = changes.filter((path) => replaces.includes(/^\w+/.exec(path)?.[0] ?? ""));
  const kinds = Object.fromEntries(told);
  return { changes, replaces: replaced, deleteBeforeReplace: replaces.length > 0, ofInputs: false, kinds };
}

/** A value of the program in the form that the state has. */
export function asState(key: string, value: unknown, { kind }: Attribute): unknown {
  if (kind === "set" && Array.isArray(value)) return [...(value as unknown[])].sort();
  if (kind === "block") return withMembers(key, value);
  if (kind !== "blocks" || !Array.isArray(value)) return value;
  const members = value.map((member: unknown) => withMembers(key, member));
  // Places among blocks mean nothing; the official plugin's are in order of their values.
  return key === "ports"
    ? members
    : members.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function withMembers(key: string, member: unknown): unknown {
  return isObject(member) ? { ...memberSchemas[key], ...without(member, "__defaults") } : member;
}

/**
 * The state after an update: the new values, and the old ones where they mean the same. The daemon is not asked again.
 */
export function updated(old: Remembered, inputs: Properties, schema: Schema): Properties {
  const members = Object.entries(schema).map(([key, attribute]) => {
    const [given, stored] = [inputs[key], old.outputs[key]];
    const kept = attribute.outputOnly || (given === undefined && attribute.computed);
    const stays = kept || means(key, given, stored, attribute);
    return [key, stays ? (stored ?? null) : (asState(key, given, attribute) ?? attribute.unset)] as const;
  });
  return { ...old.outputs, ...Object.fromEntries(members) };
}

function means(key: string, given: unknown, stored: unknown, attribute: Attribute): boolean {
  if (attribute.kind === "map") return same(given ?? {}, stored ?? {});
  const [one, other] = [given, stored].map((value) => essence(asState(key, value ?? undefined, attribute)));
  return same(one, other);
}

/** The value without what means nothing: empty, zero and false are what a property is that nobody gave. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(essence);
  if (!isObject(value)) return isEmpty(value) ? undefined : value;
  const members = Object.entries(value)
    .filter(([key]) => !key.startsWith("__"))
    .map(([key, member]) => [key, essence(member)] as const)
    .filter(([, member]) => member !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) ? Object.keys(value).length === 0 : [undefined, null, "", false, 0].includes(value as null);
}

type Told = readonly [path: string, how: "add" | "remove" | "update"];

/** Values that differ within a list, a set or a map are told one by one, where that can be told. */
function toldOf(path: string, now: unknown, stored: unknown, kind: Kind): Told[] {
  const [none, nothing] = [isNone(stored), isNone(now)];
  if (none || nothing) return [[path, none ? "add" : "remove"]];
  if (isObject(now) && isObject(stored)) {
    const names = [...new Set([...Object.keys(now), ...Object.keys(stored)])];
    // An empty text in a map is a text.
    const content = (value: unknown): unknown => (kind === "map" ? value : essence(value));
    const changed = names.filter((name) => !same(content(now[name]), content(stored[name])));
    return changed.flatMap((name) => toldOf(pathTo(path, name), now[name], stored[name], "set"));
  }
  if (!Array.isArray(now) || !Array.isArray(stored)) return [[path, "update"]];
  if (kind === "list") {
    const indexes = Array.from({ length: Math.max(now.length, stored.length) }, (_, index) => index);
    const changed = indexes.filter((index) => !same(now[index], stored[index]));
    return changed.flatMap((index) => toldOf(`${path}[${index}]`, now[index], stored[index], "text"));
  }
  const removed = absentFrom(now, stored).map((index): Told => [`${path}[${index}]`, "remove"]);
  const added = absentFrom(stored, now).map((index): Told => [`${path}[${index}]`, "add"]);
  return removed.length > 0 && added.length > 0 ? [[path, "update"]] : [...removed, ...added];
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** The places of the members of the second list that the first does not have. */
function absentFrom(one: readonly unknown[], other: readonly unknown[]): number[] {
  const there = (member: unknown): boolean => one.some((candidate) => same(essence(candidate), essence(member)));
  return other.flatMap((member, index) => (there(member) ? [] : [index]));
}
