import { parseArgs } from "node:util";

import { nearest } from "../components/settings/nearest";
import { commands, everywhere, type Flag } from "./commands";
import type { When } from "./color";

/** What is to be done. */
export interface Request {
  readonly command: string;
  readonly stack: string;
  readonly color: When;
  readonly output: "text" | "json";
  readonly diff: boolean;
  readonly machine?: string;
}

/** Help is asked for, with a command or with all of them. */
export interface HelpWanted {
  readonly helpWith: string | undefined;
}

/** The command line cannot be followed: what was found, what is allowed, and what was probably meant. */
export class UsageError extends Error {}

const names = Object.keys(commands);
const all = [...everywhere, ...names.flatMap((name) => commands[name]?.flags ?? [])];

/** Reads the words after `keelson`. Throws a UsageError where they say nothing that can be done. */
export function readArguments(words: readonly string[]): Request | HelpWanted {
  const { tokens } = parseArgs({ args: [...words], options: optionsOf(all), strict: false, tokens: true });
  const [command, ...stacks] = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  if (command !== undefined && !names.includes(command)) throw unknown("keelson", "command", command, names);
  const options = tokens.flatMap((token) => (token.kind === "option" ? [token] : []));
  if (options.some(({ name }) => name === "help")) return { helpWith: command };
  if (command === undefined) {
    throw new UsageError(`no command is given: ${among(names)}; keelson --help describes each`);
  }
  const flags = [...everywhere, ...(commands[command]?.flags ?? [])];
  const values = new Map<string, string>();
  for (const { name, rawName, value, inlineValue } of options) {
    values.set(name, checked(flagFor(command, flags, name, rawName), rawName, value, inlineValue ?? false));
  }
  return request(command, stackFrom(command, stacks, values.get("stack")), values);
}

function request(command: string, stack: string, values: ReadonlyMap<string, string>): Request {
  const machine = values.get("machine");
  const output = (values.get("output") ?? "text") as Request["output"];
  const diff = values.has("diff");
  if (diff && output === "json") {
    throw new UsageError("--diff prints the engine's own text, which -o json does not have: leave one of them out");
  }
  return { command, stack, color: (values.get("color") ?? "auto") as When, output, diff, machine };
}

function optionsOf(flags: readonly Flag[]) {
  return Object.fromEntries(
    flags.map(({ name, short, value }) => {
      const type: "string" | "boolean" = value === undefined ? "boolean" : "string";
      return [name, { type, ...(short === undefined ? {} : { short }) }];
    }),
  );
}

function flagFor(command: string, flags: readonly Flag[], name: string, rawName: string): Flag {
  const flag = flags.find((flag) => flag.name === name);
  if (flag) return flag;
  const others = names.filter((other) => commands[other]?.flags.some((flag) => flag.name === name));
  const known = flags.map(({ name }) => `--${name}`);
  if (others.length === 0) throw unknown(`keelson ${command}`, "flag", rawName, known);
  throw new UsageError(
    `keelson ${command} has no flag ${rawName}, which is one of ${others.join(", ")}: ${among(known)}`,
  );
}

function checked(
  { name, value: kind, allowed }: Flag,
  rawName: string,
  value: string | undefined,
  inline: boolean,
): string {
  if (kind === undefined) {
    if (value !== undefined) throw new UsageError(`--${name} takes no value, and was given "${value}"`);
    return "";
  }
  if (value === undefined || value === "" || (value.startsWith("-") && !inline)) {
    throw new UsageError(`${rawName} takes a value, and was given none: ${rawName} ${allowed?.join("|") ?? kind}`);
  }
  if (allowed && !allowed.includes(value)) {
    throw new UsageError(`${rawName} cannot be "${value}": ${meant(value, allowed)}`);
  }
  return value;
}

/** As the flag or, as `make` does, as the word after the command. */
function stackFrom(command: string, words: readonly string[], flag: string | undefined): string {
  const given = [...new Set([...words, ...(flag === undefined ? [] : [flag])])];
  if (given.length > 1) {
    throw new UsageError(`keelson ${command} works on one stack, and was given ${given.join(", ")}`);
  }
  return given[0] ?? "dev";
}

function unknown(who: string, what: string, found: string, known: readonly string[]): UsageError {
  return new UsageError(`${who} has no ${what} ${found}: ${meant(found, known)}; ${who} --help describes each`);
}

/** What was probably meant, and all that could be. */
export function meant(found: string, known: readonly string[]): string {
  const near = nearest(found, known);
  return `${near === undefined ? "" : `did you mean ${near}? `}${among(known)}`;
}

/** All that there are, in words. */
export function among(known: readonly string[]): string {
  return known.length === 1 ? `there is only ${known[0] ?? ""}` : `there are ${known.join(", ")}`;
}
