import { readFileSync } from "node:fs";

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { compose, type ScriptFile, type ScriptParts, type ScriptValue } from "./compose";
import { runAgain } from "./commands";
import { afterMoment, beforeRunning, remember, type Effects, type Moment } from "./hooks";
import { shortDigest } from "./digest";
import { composeKept, handedTexts, scriptName, textsOf } from "./kept";
import { againOf, forgotten, ignored, isRepeatable, momentAgain } from "./life";
import { noteOrder, withoutImplied } from "./order";
import { leaveTraces } from "./traces";
import type { Again } from "./seen";
import type { Target } from "./target";
import type { Text } from "./texts";

leaveTraces();

export interface HostScriptArgs {
  /** Where the script runs. */
  readonly machine: Target;
  /** Absolute path of the `.sh` file with `up` and `down`. */
  readonly script: string;
  /** Absolute paths of `.sh` files with functions that the script calls. @default none */
  readonly uses?: readonly string[];
  /**
   * Values the script reads, plain in previews and in the state; one that is known only when its machine is there makes the
   * whole program unknown until then. @default none
   */
  readonly values?: Readonly<Record<string, ScriptValue | pulumi.Output<string>>>;
  /** Values that are secret, or known only when another script has run. @default none */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Names of secrets that are long: their machine is handed them for each run, and the state has their digests alone. @default none
   */
  readonly handed?: readonly string[];
  /** Files that `write_files` installs and `remove_files` removes. @default none */
  readonly files?: readonly ScriptFile[];
  /**
   * Names of values, and paths of files, that are the same on many machines and are no secrets, though others of the script may be:
   * each machine keeps them, and the state has them once for all, in clear. @default none
   */
  readonly shared?: readonly string[];
  /** What a run of it means for the machine, in plain words, for previews. @default nothing is said */
  readonly effects?: Effects;
  /** What the program itself does around a run of what is for one moment. @default nothing */
  readonly moment?: Moment;
  /** What the script prints on standard output is a secret. @default false */
  readonly secretOutput?: boolean;
  /**
   * The script is for one moment, such as a join: what was sent is never sent again, however its values change, and
   * nothing is undone. It runs anew for a machine that is another one, and once more where its machine tells that what it was for is
   * gone. @default false
   */
  readonly once?: boolean;
  /**
   * The script ran once for the stack's life, wherever that was: nothing that changes runs it again, and nothing is undone.
   * For what is made out of nothing and kept in the state alone. @default false
   */
  readonly forGood?: boolean;
  /**
   * How the script ends because a machine is lost: "forgotten" runs nothing, now or when the resource goes; "undone" runs
   * its `down` now, and nothing when the resource goes. @default it does not; "forgotten" where its own machine is lost
   */
  readonly ends?: "forgotten" | "undone";
  /** Why it is to run again, where that is nothing that its machine remembers. @default what its machine tells */
  readonly again?: Again;
  /** What it does follows from other scripts on its machine: where one of them is to run again, so is this. @default false */
  readonly follows?: boolean;
  /** The machine that a script speaks of, where it acts by way of another. @default the one it runs on */
  readonly of?: Pick<Target, "identity" | "name">;
}

/**
 * A script bound to a machine: its `up` has run there as root when this resource is done, and runs again when its
 * text, values or files change, or the way to the machine; its `down` runs when the resource goes. No value is ever on a
 * command line. `stdout` is what `up` printed on standard output.
 */
export class HostScript extends command.remote.Command {
  private readonly plain: ScriptParts;

  /** @param name What it is called among the scripts of its cluster, and on its machine: "worker-1-docker". */
  constructor(name: string, args: HostScriptArgs, opts: pulumi.CustomResourceOptions = {}) {
    const ends = args.machine.lost === true ? "forgotten" : args.ends;
    const plain = partsOf(name, args);
    const parts = withDigest(plain, knownSecrets(args));
    const again = againOf(parts, args);
    const { effects, moment, machine } = args;
    const place = placeOf(name, args);
    const unique = machine.fleet.named(name);
    const own = pulumi.mergeOptions(
      {
        dependsOn: [...args.machine.dependsOn],
        ...(args.forGood ? {} : { deletedWith: args.machine.deletedWith }),
        // One that is told to run again (`--replace`) and refuses must find what it made in the state as before.
        deleteBeforeReplace: args.forGood !== true,
        additionalSecretOutputs: args.secretOutput ? ["stdout", "stderr"] : [],
        ignoreChanges: ignored(args, again),
      },
      opts,
    );
    super(unique, ends === "forgotten" ? forgotten(args.machine) : inputsOf(args, parts, again), {
      ...own,
      dependsOn: withoutImplied(place, own.dependsOn),
      hooks: { ...beforeRunning(), ...(moment ? afterMoment() : {}) },
    });
    noteOrder(this, place, own.dependsOn);
    this.plain = plain;
    if (ends !== "forgotten") machine.fleet.keep(scriptName(parts), textsOf(parts));
    const handed = handedOf(args, parts);
    remember(unique, { resource: this, parts, effects, moment, machine, again, handed });
  }

  /** A digest of what is sent but for secrets: it may stand in clear. */
  get revision(): string {
    return shortDigest(compose(withDigest(this.plain)));
  }

  /** What the script printed after this name, on a line of its own; empty where it did not. */
  printed(name: string): pulumi.Output<string> {
    return this.stdout.apply((text: string | undefined) => {
      // A run with `--target` may leave a script out that has never run.
      const line = text?.split("\n").find((line) => line.startsWith(`${name} `));
      return line?.slice(name.length + 1) ?? "";
    });
  }
}

/** What the scripts' files hold; each is read once for all machines. */
const read = new Map<string, string>();

function textAt(path: string): string {
  const text = read.get(path) ?? readFileSync(path, "utf8");
  read.set(path, text);
  return text;
}

function partsOf(name: string, args: HostScriptArgs): ScriptParts {
  const values = plainValues(args.values ?? {});
  const unknown = { ...args.secrets, ...args.values };
  for (const value of args.shared ?? []) {
    if (value in unknown && !(value in values)) {
      throw new Error(`${name} shares ${value}, which is a secret, or not known`);
    }
  }
  return {
    name,
    script: textAt(args.script),
    uses: (args.uses ?? []).map(textAt),
    values,
    outputs: Object.keys(args.values ?? {}).filter((value) => !(value in values)),
    files: args.files,
    shared: args.shared,
    handed: args.handed,
    // What speaks of another machine is not undone when this one leaves.
    ...(isRepeatable(args) && !args.of ? { secrets: Object.keys(args.secrets ?? {}) } : {}),
  };
}

/** By which digest the machine remembers the program. */
function withDigest(parts: ScriptParts, secrets: readonly string[] = []): ScriptParts {
  return { ...parts, values: { ...parts.values, PROGRAM: shortDigest([compose(parts), ...secrets].join("\n")) } };
}

/** Those of the stack itself, which nobody else tells of: the program's digest changes with them, and is as secret as the program. */
function knownSecrets({ secrets = {} }: HostScriptArgs): readonly string[] {
  return Object.values(secrets).filter((value) => typeof value === "string" && value !== "") as readonly string[];
}

/** One of the whole cluster, which runs on one machine at a time, is no script of that machine. */
function placeOf(script: string, { of, machine }: HostScriptArgs): string | undefined {
  const { name } = of ?? machine;
  return name !== undefined && script.startsWith(`${name}-`) ? name : undefined;
}

/** The values that are known without the engine. */
function plainValues(values: NonNullable<HostScriptArgs["values"]>): Readonly<Record<string, ScriptValue>> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, ScriptValue] => !pulumi.Output.isInstance(entry[1])),
  );
}

function inputsOf(args: HostScriptArgs, parts: ScriptParts, again: Again | undefined): command.remote.CommandArgs {
  const { connection, identity } = args.machine;
  const run = `${connection.user === "root" ? "" : "sudo -n "}bash -s --`;
  const undone = args.ends === "undone";
  const stays = undone || args.once === true || args.forGood === true;
  return {
    connection,
    create: `${run} ${undone ? "down" : "up"}`,
    ...(again ? { update: runAgain(again.token) } : {}),
    ...(args.once && !undone ? { update: momentAgain(args, parts.name, again) } : {}),
    ...(stays ? {} : { delete: pulumi.interpolate`${run} ${args.machine.fleet.down}` }),
    stdin: program(args, parts),
    // For all others it is of no meaning which machine it is.
    ...(args.once || args.forGood ? { triggers: [args.of?.identity ?? identity] } : {}),
    logging: args.secretOutput ? "none" : "stderr",
    addPreviousOutputInEnv: false,
  };
}

function handedOf(
  { secrets = {}, handed }: HostScriptArgs,
  parts: ScriptParts,
): pulumi.Output<readonly Text[]> | undefined {
  return handed && pulumi.all(secrets).apply((values) => handedTexts({ ...parts, values }));
}

function program({ values = {}, secrets }: HostScriptArgs, parts: ScriptParts): pulumi.Input<string> {
  const known = Object.values(values).every((value) => !pulumi.Output.isInstance(value));
  if (!secrets && known) return composeKept(parts);
  // One output for all: previews then show the program as one unknown, and the state holds it encrypted where it must.
  const whole = pulumi
    .all({ ...values, ...secrets })
    .apply((known) => composeKept({ ...parts, values: { ...parts.values, ...known } }));
  return secrets ? pulumi.secret(whole) : whole;
}
