import { isIP } from "node:net";

import { nearest, suggestion } from "./nearest";
import type { Path } from "./problems";
import { isQuantity } from "./quantity";
import { show } from "./show";

/** What a field of another program's file may be: a kind of value, a list or a map of one, or fields of their own. */
export type Kind =
  | "any"
  | "text"
  | "boolean"
  | "integer"
  | "natural"
  | "number"
  | "duration"
  | "quantity"
  | "threshold"
  | "address"
  | "path"
  | "bytes"
  | { readonly list: Kind }
  | { readonly map: Kind; readonly keys?: readonly string[] }
  | { readonly either: readonly [Kind, Kind] }
  | { readonly fields: Fields };

/** The fields of a file, or of a part of it. */
export type Fields = Readonly<Record<string, Kind>>;

export const list = (of: Kind): Kind => ({ list: of });
export const map = (of: Kind, keys?: readonly string[]): Kind => ({ map: of, ...(keys ? { keys } : {}) });
export const fields = (of: Fields): Kind => ({ fields: of });

/** What is wrong with a part of a value. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** Go's own syntax of a duration. Source: Go documentation, time.ParseDuration. */
const duration = /^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;

const isText = (value: unknown): value is string => typeof value === "string";
const isInteger = (value: unknown) => Number.isSafeInteger(value);
const isPercentage = (value: string) => /^(\d+(\.\d+)?)%$/.test(value) && Number.parseFloat(value) <= 100;

/** Values of one kind each: whether one is, and how it is written. */
const scalars: Readonly<Record<Exclude<Kind, object>, readonly [(value: unknown) => boolean, string]>> = {
  any: [() => true, "a value"],
  text: [isText, "a string"],
  boolean: [(value) => typeof value === "boolean", "true or false"],
  integer: [isInteger, "a whole number"],
  natural: [(value) => isInteger(value) && Number(value) >= 0, "a whole number, 0 or more"],
  number: [(value) => typeof value === "number" && Number.isFinite(value), "a number"],
  duration: [(value) => isText(value) && duration.test(value), 'a duration, as in "90s" or "1h30m"'],
  quantity: [(value) => isText(value) && isQuantity(value), 'a quantity, as in "500m" or "1Gi"'],
  threshold: [
    (value) => isText(value) && (isQuantity(value) || isPercentage(value)),
    'a quantity or a percentage, as in "100Mi" or "5%"',
  ],
  address: [(value) => isText(value) && isIP(value) !== 0, 'an IP address, as in "10.0.0.11"'],
  path: [(value) => isText(value) && value.startsWith("/"), 'an absolute path, as in "/srv/data"'],
  bytes: [(value) => isText(value) && /^\d+(\.\d+)? ?([kmgtpKMGTP]i?)?[bB]?$/.test(value), 'a size, as in "64M"'],
};

/** Everything that is wrong with a value of a kind; nothing is wrong with null, by which every program means "as usual". */
export function faultsOf(kind: Kind, value: unknown, path: Path = []): readonly Fault[] {
  if (value === null) return [];
  if (typeof kind === "string") return scalarFaults(kind, value, path);
  if ("list" in kind) {
    if (!Array.isArray(value)) return [{ path, message: `${show(value)} is not allowed: use ${wordsOf(kind)}` }];
    return value.flatMap((element, index) => faultsOf(kind.list, element, [...path, index]));
  }
  if ("either" in kind) {
    return kind.either.some((one) => faultsOf(one, value).length === 0)
      ? []
      : [{ path, message: `${show(value)} is not allowed: use ${kind.either.map(wordsOf).join(", or ")}` }];
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    return [{ path, message: `${show(value)} is not allowed: use ${wordsOf(kind)}` }];
  }
  const parts: readonly (readonly [string, unknown])[] = Object.entries(value);
  if ("fields" in kind) return parts.flatMap((part) => fieldFaults(kind.fields, part, path));
  const { map: of, keys } = kind;
  return parts.flatMap(([key, part]) =>
    keys?.includes(key) === false
      ? [{ path: [...path, key], message: `is not known: ${keySuggestion(key, keys)}` }]
      : faultsOf(of, part, [...path, key]),
  );
}

function keySuggestion(key: string, keys: readonly string[]): string {
  const near = nearest(key, keys);
  return near === undefined ? `use ${keys.join(", ")}` : `did you mean "${near}"?`;
}

function fieldFaults(known: Fields, [name, value]: readonly [string, unknown], path: Path): readonly Fault[] {
  const kind = Object.hasOwn(known, name) ? known[name] : undefined;
  if (kind !== undefined) return faultsOf(kind, value, [...path, name]);
  return [{ path: [...path, name], message: `is no known field: ${suggestion(name, Object.keys(known))}` }];
}

function scalarFaults(kind: Exclude<Kind, object>, value: unknown, path: Path): readonly Fault[] {
  const [isOne, words] = scalars[kind];
  if (isOne(value)) return [];
  const quoted = typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
  // A number without quotes is the most common of all mistakes in YAML.
  const way = quoted !== undefined && isOne(quoted) ? `put it in quotes, ${show(quoted)}` : `use ${words}`;
  return [{ path, message: `${show(value)} is not allowed: ${way}` }];
}

function wordsOf(kind: Kind): string {
  if (typeof kind === "string") return scalars[kind][1];
  if ("list" in kind) return `a list, each ${wordsOf(kind.list)}`;
  if ("either" in kind) return kind.either.map(wordsOf).join(", or ");
  return "map" in kind ? `a map, each ${wordsOf(kind.map)}` : "a map of fields";
}
