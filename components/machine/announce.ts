import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import { changedParts, type ScriptParts } from "./compose";

/** What a run of a script means for its machine, in plain words. */
export interface Effects {
  /** The first run. */
  readonly create: string;
  /** A run after a change of these values, files, or its text ("script"). */
  readonly update: (changed: ReadonlySet<string>) => string;
}

interface Announced {
  readonly resource: pulumi.Resource;
  readonly parts: ScriptParts;
  readonly effects?: Effects;
}

const scripts = new Map<string, Announced>();
let hook: pulumi.ResourceHook | undefined;

/** The hooks by which the engine tells that it is about to run a script. */
export function announcing(): pulumi.ResourceHookBinding {
  hook ??= new pulumi.ResourceHook("keelson-script", AsyncResource.bind(beforeRun), { onDryRun: true });
  return { beforeCreate: [hook], beforeUpdate: [hook] };
}

/** Has previews say what a run of this script means. */
export function announce(name: string, announced: Announced): void {
  scripts.set(name, announced);
}

async function beforeRun({ name, newInputs, oldInputs }: pulumi.ResourceHookArgs): Promise<void> {
  const { resource, parts, effects } = scripts.get(name) ?? {};
  // Where there is nothing to run, nothing happens.
  if (!parts || !effects || newInputs?.["create"] === undefined || !pulumi.runtime.isDryRun()) return;
  const text = await effectOf(parts, effects, { now: newInputs, before: oldInputs });
  void pulumi.log.info(text, resource);
}

interface Change {
  readonly now: Readonly<Record<string, unknown>>;
  /** Absent where the script has not run before. */
  readonly before?: Readonly<Record<string, unknown>>;
}

async function effectOf(parts: ScriptParts, effects: Effects, { now, before }: Change): Promise<string> {
  if (before?.["create"] === undefined) return effects.create;
  const old = await textOf(before["stdin"]);
  const changed = changedParts(parts, old);
  // What was sent once is never sent again.
  if (changed.size === 0 || old === (await textOf(now["stdin"]))) {
    return "the way to the machine has changed: what is there is checked, and completed";
  }
  return effects.update(changed);
}

/** What an output knows of itself, and the package's types leave out. */
interface Knowing {
  readonly isKnown: Promise<boolean>;
}

/** A text that may be a secret; "" where it is not known yet. */
async function textOf(value: unknown): Promise<string> {
  const output: pulumi.Output<unknown> = pulumi.output(value);
  // What is done with a value that is not known is never done.
  if (!(await (output as unknown as Knowing).isKnown)) return "";
  return new Promise((resolve) => void output.apply((text) => resolve(typeof text === "string" ? text : "")));
}
