import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import { changedParts, type ScriptParts } from "./compose";
import { onceKnown, unreachable, unreachableMessage, type FirstHop, type Unreachable } from "../ssh";
import type { Again } from "./seen";

/** What a run of a script means for its machine, in plain words. */
export interface Effects {
  /** The first run. */
  readonly create: string;
  /** A run after a change of these values, files, or its text ("script"). */
  readonly update: (changed: ReadonlySet<string>) => string;
}

/** What the program itself does around the run that makes a script's resource; nothing in a preview. */
export interface FirstRun {
  readonly before: () => Promise<void>;
  /** When it has succeeded. */
  readonly after: () => Promise<void>;
}

interface Known {
  readonly resource: pulumi.Resource;
  readonly parts: ScriptParts;
  readonly effects?: Effects;
  readonly firstRun?: FirstRun;
  /** Where the way to its machine begins; absent where the machine need not be asked whether it answers. */
  readonly firstHop?: FirstHop;
  /** Why it runs though nothing of it changes. */
  readonly again?: Again;
  /** Why its machine, which answers, lets nobody in. */
  readonly refused?: string;
}

const scripts = new Map<string, Known>();
let hook: pulumi.ResourceHook | undefined;
let lastHook: pulumi.ResourceHook | undefined;
let condition: (() => Promise<void>) | undefined;
let permitted: Promise<void> | undefined;
let silent: Promise<readonly Unreachable[]> | undefined;

/**
 * The hooks by which the engine tells that it is about to run a script: a preview then says what that means, and a run
 * makes sure that the machine answers.
 */
export function beforeRunning(): pulumi.ResourceHookBinding {
  hook ??= new pulumi.ResourceHook("keelson-script", AsyncResource.bind(beforeRun), { onDryRun: true });
  return { beforeCreate: [hook], beforeUpdate: [hook] };
}

/** The hook by which the engine tells that a script has run that something is to be done after. */
export function afterFirstRun(): pulumi.ResourceHookBinding {
  lastHook ??= new pulumi.ResourceHook(
    "keelson-script-done",
    AsyncResource.bind(async ({ name }: pulumi.ResourceHookArgs) => scripts.get(name)?.firstRun?.after()),
  );
  return { afterCreate: [lastHook] };
}

/** Tells what there is to know of a script before it runs. */
export function remember(name: string, script: Known): void {
  scripts.set(name, script);
}

/** Sets what is asked once, in a preview too, before the first script that runs; where it throws, none does. */
export function onlyIf(asked: () => Promise<void>): void {
  condition = asked;
}

async function beforeRun({ name, newInputs, oldInputs }: pulumi.ResourceHookArgs): Promise<void> {
  const script = scripts.get(name);
  // Where there is nothing to run, nothing happens.
  if (!script || newInputs?.["create"] === undefined) return;
  await (permitted ??= condition?.());
  const { resource, firstRun, firstHop, refused } = script;
  if (!pulumi.runtime.isDryRun()) {
    await answers(firstHop);
    if (refused !== undefined) throw new Error(refused);
    if (!oldInputs) await firstRun?.before();
    return;
  }
  const words = await wordsFor(script, { now: newInputs, before: oldInputs });
  if (words !== "") void pulumi.log.info(words, resource);
}

/** All machines are asked at once, the first time that one is needed: whoever is silent is named with all the others. */
async function answers(hop: FirstHop | undefined): Promise<void> {
  if (!hop) return;
  silent ??= unreachable([...scripts.values()].flatMap(({ firstHop }) => firstHop ?? []));
  const found = await silent;
  if (found.some(({ name }) => name === hop.name)) throw new Error(unreachableMessage(found));
}

interface Change {
  readonly now: Readonly<Record<string, unknown>>;
  /** Absent where the script has not run before. */
  readonly before?: Readonly<Record<string, unknown>>;
}

/** What the run means; "" where nobody has words for it. */
async function wordsFor({ parts, effects, again }: Known, { now, before }: Change): Promise<string> {
  if (before?.["create"] === undefined) return effects?.create ?? "";
  const old = await textOf(before["stdin"]);
  const sent = await textOf(now["stdin"]);
  const changed = changedParts(parts, old, sent);
  if (changed.size > 0 && old !== sent) return effects?.update(changed) ?? "";
  if (again) {
    const { words, files } = again;
    return [...words, ...(effects && files.size > 0 ? [effects.update(files)] : [])].join("; ");
  }
  // What was sent once is never sent again.
  return effects ? "the way to the machine has changed: what is there is checked, and completed" : "";
}

/** A text that may be a secret; "" where it is not known yet. */
async function textOf(value: unknown): Promise<string> {
  const text = await onceKnown(value, "");
  return typeof text === "string" ? text : "";
}
