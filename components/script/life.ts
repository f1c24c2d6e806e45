import type * as command from "@pulumi/command";

import { nothingAgain, runOnceMore } from "./commands";
import type { ScriptParts } from "./compose";
import type { HostScriptArgs } from "./hostScript";
import type { Again } from "./seen";
import type { Target } from "./target";

/** Whether it holds for as long as its resource is there, and so may have to run again for what happens to its machine. */
export function isRepeatable({ machine, ends, once, forGood }: HostScriptArgs): boolean {
  return machine.lost !== true && ends === undefined && once !== true && forGood !== true;
}

/** Why it is to run though nothing of it changes. */
export function againOf({ name, values }: ScriptParts, args: HostScriptArgs): Again | undefined {
  const { machine, ends, once, follows, again } = args;
  const { seen } = machine;
  if (once && ends === undefined && !machine.lost) return seen?.onceMore(name);
  if (!isRepeatable(args)) return undefined;
  return again ?? seen?.again(name, String(values?.PROGRAM)) ?? (follows ? seen?.follows() : undefined);
}

/** The command of the time that it ran once more stays as it was, so that a preview after it is empty. */
export function momentAgain({ machine: { seen } }: HostScriptArgs, name: string, again: Again | undefined): string {
  const run = again?.token ?? seen?.ranOnceMore(name);
  return run === undefined ? nothingAgain : runOnceMore(name, run);
}

/**
 * Inputs of which a change is none. A machine that was rebuilt under its name gets everything again by the same scripts, for their `up` converges from
 * nothing as well; what was on it is gone, so nothing there is undone first. Only what is for one moment begins anew.
 */
export function ignored(args: HostScriptArgs, again: Again | undefined): string[] {
  // Every input, those of later releases too: the state keeps the first run as it was, its login included.
  if (args.forGood) return ["*"];
  if (!args.once) return ["triggers", ...(isRepeatable(args) && !again ? ["update"] : [])];
  if (args.ends !== undefined || again) return [];
  // One that told nothing does not tell either by which command it ran last.
  const { seen } = args.machine;
  return ["stdin", ...(seen && seen.refused === undefined ? [] : ["update"])];
}

/** A record in the state that stands for nothing: neither an update to it nor its end reaches any machine. */
export function forgotten({ connection: { host } }: Target): command.remote.CommandArgs {
  return { connection: { host }, triggers: ["lost"], addPreviousOutputInEnv: false };
}
