import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import type { ScriptParts } from "./compose";
import { onceKnown } from "../ssh";
import { changedParts, isOfOtherForm, textsOf } from "./kept";
import type { Again } from "./seen";
import type { Access, Target } from "./target";
import type { Text } from "./texts";

/** What a run of a script means for its machine, in plain words. */
export interface Effects {
  /** The first run. */
  readonly create: string;
  /** A run after a change of these values, files, or its text ("script"). */
  readonly update: (changed: ReadonlySet<string>) => string;
}

/** What the program itself does around a run of what is for one moment, the first and any more; nothing in a preview. */
export interface Moment {
  readonly before: () => Promise<void>;
  /** When it has succeeded. */
  readonly after: () => Promise<void>;
}

interface Known {
  readonly resource: pulumi.Resource;
  readonly parts: ScriptParts;
  readonly effects?: Effects;
  readonly moment?: Moment;
  readonly machine: Target;
  /** Why it runs though nothing of it changes. */
  readonly again?: Again;
  /** What the machine is handed for the run. */
  readonly handed?: pulumi.Output<readonly Text[]>;
}

const scripts = new Map<string, Known>();
let hook: pulumi.ResourceHook | undefined;
let lastHook: pulumi.ResourceHook | undefined;

/**
 * The hooks by which the engine tells that it is about to run a script: a preview then says what that means, and a run
 * makes sure that the machine answers.
 */
export function beforeRunning(): pulumi.ResourceHookBinding {
  hook ??= new pulumi.ResourceHook("keelson-script", AsyncResource.bind(beforeRun), { onDryRun: true });
  return { beforeCreate: [hook], beforeUpdate: [hook] };
}

/** The hook by which the engine tells that a script has run that something is to be done after. */
export function afterMoment(): pulumi.ResourceHookBinding {
  lastHook ??= new pulumi.ResourceHook(
    "keelson-script-done",
    AsyncResource.bind(async ({ name, oldInputs }: pulumi.ResourceHookArgs) => {
      const script = scripts.get(name);
      if (script && isMoment(script, oldInputs)) await script.moment?.after();
    }),
  );
  return { afterCreate: [lastHook], afterUpdate: [lastHook] };
}

/** Whether it is made, or runs once more, and is not merely sent another login. */
const isMoment = ({ again }: Known, before: unknown) => before === undefined || again !== undefined;

/** Tells what there is to know of a script before it runs. */
export function remember(name: string, script: Known): void {
  scripts.set(name, script);
  const hop = firstHopOf(script.machine);
  if (hop) script.machine.fleet.add(hop);
}

/** A lost machine is asked nothing. */
const firstHopOf = ({ lost, firstHop }: Target) => (lost ? undefined : firstHop);

async function beforeRun({ name, newInputs, oldInputs }: pulumi.ResourceHookArgs): Promise<void> {
  const script = scripts.get(name);
  // Where there is nothing to run, nothing happens.
  if (!script || newInputs?.["create"] === undefined) return;
  const { resource, moment, machine } = script;
  await machine.fleet.accept();
  if (!pulumi.runtime.isDryRun()) {
    const hop = firstHopOf(machine);
    // One that told of itself moments ago answers.
    if (hop && (!machine.seen || machine.seen.refused !== undefined)) await machine.fleet.answers(hop);
    if (machine.seen?.refused !== undefined) throw new Error(machine.seen.refused);
    if (machine.access) await send(machine.access, script);
    // One that is new has nothing to tell: all of its scripts are to run.
    if (machine.silent && machine.name !== undefined && oldInputs !== undefined) machine.fleet.missed(machine.name);
    if (isMoment(script, oldInputs)) await moment?.before();
    return;
  }
  const words = await wordsFor(script, { now: newInputs, before: oldInputs });
  if (words !== "") void pulumi.log.info(words, resource);
}

/** The machine has what the program is made of, and what it is handed for this run alone. */
async function send(access: Access, { machine: { fleet }, parts, handed }: Known): Promise<void> {
  await fleet.equip(access, textsOf(parts));
  if (handed) await fleet.hand(access, parts.name, await onceKnown(handed, []));
}

interface Change {
  readonly now: Readonly<Record<string, unknown>>;
  /** Absent where the script has not run before. */
  readonly before?: Readonly<Record<string, unknown>>;
}

/** What the run means; "" where nobody has words for it. */
async function wordsFor({ parts, effects, moment, again }: Known, { now, before }: Change): Promise<string> {
  if (before?.["create"] === undefined) return effects?.create ?? "";
  if (moment && !again) return "it has run once, and does not run again";
  if (moment && again) return [...again.words, effects?.update(again.files) ?? ""].join("; ");
  const old = await textOf(before["stdin"]);
  const sent = await textOf(now["stdin"]);
  const changed = changedParts(parts, old, sent);
  const isChanged = changed.size > 0 && old !== sent;
  if (isChanged || again) {
    // Where it changes anyway, most of what its machine tells comes of that.
    const told = isChanged && again?.byHand !== true ? undefined : again;
    const all = new Set([...(isChanged ? changed : []), ...(told?.files ?? [])]);
    const update = effects && all.size > 0 ? effects.update(all) : "";
    return [...(told?.words ?? []), update].filter((text) => text !== "").join("; ");
  }
  if (changed.size === 0 && old !== sent && isOfOtherForm(parts, old)) return effects ? shorter : "";
  const isOwned = before["delete"] !== now["delete"] && before["create"] === now["create"];
  if (isOwned && old === sent) return effects ? owned : "";
  if (await isSameKey(before["connection"], now["connection"])) return effects ? shorter : "";
  // What was sent once is never sent again.
  return effects ? "the connection settings changed: the script runs again, and nothing should change" : "";
}

/** Earlier releases sent more of each program, and the state has it so. */
const shorter = "its entry in the state gets shorter: the script runs again, and nothing should change";

/** Earlier releases did not say on the way out for which cluster that is. */
const owned = "its entry in the state names the cluster: the script runs again, and nothing should change";

/** Earlier releases gave the plugin an Ed25519 key in OpenSSH's own form, which is longer. */
async function isSameKey(before: unknown, now: unknown): Promise<boolean> {
  const [old, login] = await Promise.all([onceKnown(before ?? {}, {}), onceKnown(now ?? {}, {})]);
  const without = (value: unknown) =>
    JSON.stringify(value, (key, text: unknown) => (key === "privateKey" ? undefined : text));
  const isLong = (value: unknown) => JSON.stringify(value).includes("-----BEGIN OPENSSH PRIVATE KEY-----");
  return without(old) === without(login) && isLong(old) && !isLong(login);
}

/** A text that may be a secret; "" where it is not known yet. */
async function textOf(value: unknown): Promise<string> {
  const text = await onceKnown(value, "");
  return typeof text === "string" ? text : "";
}
