import { readFileSync } from "node:fs";

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { compose, type ScriptFile, type ScriptValue } from "./compose";
import type { Machine } from "./machine";

export interface HostScriptArgs {
  /** Where the script runs. */
  readonly machine: Machine;
  /** Absolute path of the `.sh` file with `up` and `down`. */
  readonly script: string;
  /** Absolute paths of `.sh` files with functions that the script calls. @default none */
  readonly uses?: readonly string[];
  /** Values the script reads, plain in previews and in the state. @default none */
  readonly values?: Readonly<Record<string, ScriptValue>>;
  /** Values that are secret, or known only when another script has run. @default none */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Files that `write_files` installs and `remove_files` removes. @default none */
  readonly files?: readonly ScriptFile[];
  /** What the script prints on standard output is a secret. @default false */
  readonly secretOutput?: boolean;
  /** What was sent is never sent again, however its values change: for scripts of one moment, such as a join. @default false */
  readonly once?: boolean;
  /**
   * The script ran once for the stack's life, wherever that was: no other machine and no other values run it again, and
   * nothing is undone. For what is made out of nothing and kept in the state alone. @default false
   */
  readonly forGood?: boolean;
  /**
   * Identities whose change makes everything anew; for scripts that act on one machine by way of another.
   * @default the machine's
   */
  readonly replaceOn?: readonly string[];
}

/**
 * A script bound to a machine: its `up` has run there as root when this resource is done, and runs again when its
 * text, values or files change; its `down` runs when the resource goes. No value is ever on a command line. `stdout`
 * is what `up` printed on standard output.
 */
export class HostScript extends command.remote.Command {
  constructor(name: string, args: HostScriptArgs, opts: pulumi.CustomResourceOptions = {}) {
    const { machine } = args;
    const asRoot = machine.connection.user === "root" ? "" : "sudo -n ";
    super(
      name,
      {
        connection: machine.connection,
        create: `${asRoot}bash -s -- up`,
        ...(args.forGood ? {} : { delete: `${asRoot}bash -s -- down` }),
        stdin: program(name, args),
        triggers: [...(args.replaceOn ?? [machine.identity])],
        logging: args.secretOutput ? "none" : "stderr",
        addPreviousOutputInEnv: false,
      },
      pulumi.mergeOptions(
        {
          dependsOn: [...machine.dependsOn],
          ...(args.forGood ? {} : { deletedWith: machine.deletedWith }),
          deleteBeforeReplace: true,
          additionalSecretOutputs: args.secretOutput ? ["stdout", "stderr"] : [],
          ignoreChanges: [
            ...(args.once || args.forGood ? ["stdin"] : []),
            ...(args.forGood ? ["connection", "triggers"] : []),
          ],
        },
        opts,
      ),
    );
  }

  /** What the script printed after this name, on a line of its own; empty where it did not. */
  printed(name: string): pulumi.Output<string> {
    return this.stdout.apply((text) => {
      const line = text.split("\n").find((line) => line.startsWith(`${name} `));
      return line?.slice(name.length + 1) ?? "";
    });
  }
}

function program(name: string, args: HostScriptArgs): pulumi.Input<string> {
  const parts = {
    name,
    script: readFileSync(args.script, "utf8"),
    uses: (args.uses ?? []).map((path) => readFileSync(path, "utf8")),
    files: args.files,
  };
  if (!args.secrets) return compose({ ...parts, values: args.values });
  // One output for all: previews then show the program as one unknown, and the state holds it encrypted.
  return pulumi.secret(
    pulumi.all(args.secrets).apply((secrets) => compose({ ...parts, values: { ...args.values, ...secrets } })),
  );
}
