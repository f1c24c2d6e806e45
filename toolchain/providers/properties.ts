import { isDeepStrictEqual } from "node:util";

/**
 * Property bags as the engine sends them: plain JSON in which two values are special, the one not known yet during a
 * preview and the secret one.
 */

/** A resource's inputs or outputs. */
export type Properties = Readonly<Record<string, unknown>>;

/** What stands for a value that is not known before the update has run. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const markSignature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

/** Marks a value so that the engine encrypts it in the state and hides it in every output. */
export function secret(value: unknown): Properties {
  return { [markSignature]: secretMark, value };
}

/** True for a value with a secret mark. */
export function isSecret(value: unknown): boolean {
  return isObject(value) && value[markSignature] === secretMark;
}

/** True for a map, false for a list, a scalar or nothing. */
export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value with every secret mark and every undefined member taken away. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (value[markSignature] === secretMark) return plain(value["value"]);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, plain(member)]));
}

/** Equal by content, whatever the order of the keys. */
export function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(plain(one), plain(other));
}

/** The top-level keys whose values differ. */
export function changedKeys(olds: Properties, news: Properties): string[] {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...keys].filter((key) => !same(olds[key], news[key])).sort();
}

/** The paths of the innermost values that differ, such as `triggers[0]`. What is secret is one value, and so is the mark. */
export function changedPaths(olds: unknown, news: unknown, path = ""): string[] {
  // States of before have no marks within what is marked as a whole: that is no change.
  if (isSecret(olds) && isSecret(news)) return same(olds, news) ? [] : [path];
  if (isObject(olds) && isObject(news) && !isSecret(olds) && !isSecret(news)) {
    const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort();
    return keys.flatMap((key) => changedPaths(olds[key], news[key], pathTo(path, key)));
  }
  if (Array.isArray(olds) && Array.isArray(news)) {
    const indexes = Array.from({ length: Math.max(olds.length, news.length) }, (_, index) => index);
    return indexes.flatMap((index) => changedPaths(olds[index], news[index], `${path}[${index}]`));
  }
  return isDeepStrictEqual(olds, news) ? [] : [path];
}

/** The map less some of its members. */
export function without(properties: Properties, ...keys: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)));
}

/** The member as a map; an empty one when it is missing. */
export function objectAt(value: unknown, ...path: readonly string[]): Properties {
  let current: unknown = value;
  for (const key of path) {
    current = isObject(current) ? current[key] : undefined;
  }
  return isObject(current) ? current : {};
}

/** The member as a list of maps; an empty one when it is missing. */
export function listAt(value: unknown, key: string): Properties[] {
  const list = isObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** The member as text; undefined when it is missing or something else. */
export function textAt(value: unknown, key: string): string | undefined {
  const text = isObject(value) ? value[key] : undefined;
  return typeof text === "string" ? text : undefined;
}

/** The member as a number; undefined when it is missing or something else. */
export function numberAt(value: unknown, key: string): number | undefined {
  const number = isObject(value) ? value[key] : undefined;
  return typeof number === "number" ? number : undefined;
}

/** The value at a path such as `spec.containers[0].image` or `metadata.labels["example.com/disk"]`. */
export function valueAt(value: unknown, path: string): unknown {
  const keys = [...path.matchAll(/"((?:[^"\\]|\\.)*)"|[^.[\]"]+/g)].map(([word, quoted]) => quoted ?? word);
  return keys.reduce<unknown>((current, key) => (current as Properties | undefined)?.[key], value);
}

/** A path one key further; keys that are no plain words stand in brackets and quotes. */
export function pathTo(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
