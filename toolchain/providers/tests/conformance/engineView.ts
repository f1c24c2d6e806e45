import { isObject, plain, unknownValue } from "../../properties";
import type { Bag } from "../support/plugin";

/** What the engine makes of a plugin's property bags: secrets and unknown values in words that a person can read. */

const signature = "4dabf18193072939515e22adb298388d";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
/** The key of a secret in recordings, and the word for a value that a preview cannot know. */
const secretKey = "<secret>";
const unknownWord = "<unknown>";

/** A value from the wire as recordings have it. */
export function readable(value: unknown): unknown {
  if (value === unknownValue) return unknownWord;
  if (Array.isArray(value)) return value.map(readable);
  if (!isObject(value)) return value;
  if (value[signature] === secretSignature) return { [secretKey]: readable(value["value"]) };
  if (value[signature] === outputSignature) {
    const inner = "value" in value ? readable(value["value"]) : unknownWord;
    return value["secret"] === true ? { [secretKey]: inner } : inner;
  }
  return mapped(value, readable);
}

/** A value of a recording as it goes over the wire. */
export function sendable(value: unknown): unknown {
  if (value === unknownWord) return unknownValue;
  if (Array.isArray(value)) return value.map(sendable);
  if (!isObject(value)) return value;
  if (secretKey in value) return { [signature]: secretSignature, value: sendable(value[secretKey]) };
  return mapped(value, sendable);
}

/** The bag as the engine sends it to a plugin: one that takes no secrets is sent what they hide. */
export function sentTo(acceptsSecrets: boolean, bag: Bag): Bag {
  return acceptsSecrets ? defined(bag) : (plain(bag) as Bag);
}

/** The bag without members that are undefined: scenarios take a property away in that way. */
export function defined(bag: Bag): Bag {
  const members = Object.entries(bag).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, definedValue(member)]));
}

function definedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(definedValue);
  return isObject(value) ? defined(value) : value;
}

/**
 * What the engine keeps of an answer: it hides again what was a secret in what it sent to a plugin that takes none.
 * Source: pulumi, sdk/go/common/resource/plugin/provider_plugin.go, annotateSecrets.
 */
export function keptOf(acceptsSecrets: boolean, answer: Bag, sent: Bag): Bag {
  return acceptsSecrets ? answer : mapped(answer, (value, key) => hiddenAs(value, sent[key]));
}

function hiddenAs(out: unknown, sent: unknown): unknown {
  const [outIsObject, sentIsObject] = [isPlainObject(out), isPlainObject(sent)];
  if (outIsObject && sentIsObject) return keptOf(false, out as Bag, sent as Bag);
  return !isSecret(out) && hasSecret(sent) ? { [signature]: secretSignature, value: out } : out;
}

function isSecret(value: unknown): boolean {
  return isObject(value) && value[signature] === secretSignature;
}

function isPlainObject(value: unknown): boolean {
  return isObject(value) && !isSecret(value);
}

function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  return isObject(value) && (isSecret(value) || Object.values(value).some(hasSecret));
}

function mapped(bag: Bag, change: (value: unknown, key: string) => unknown): Bag {
  return Object.fromEntries(Object.entries(bag).map(([key, value]) => [key, change(value, key)]));
}
