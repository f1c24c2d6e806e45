import { randomBytes } from "node:crypto";

import type { Diff, Found, Operation, Remembered, Resource } from "../plugin";
import { changedPaths, objectAt, plain, type Properties, textAt, unknownValue } from "../properties";
import { checkCommand, withDefaults } from "./check";
import { type Connection, dial } from "./dial";
import { run } from "./run";

/**
 * `command:remote:Command` with the semantics of the official plugin: a change runs `update`, or `create` again; delete
 * runs what the state holds; refresh never sees the machine. A change of a trigger is an update for the plugin, too: it
 * is the SDK that asks for a replacement then.
 */

/** The rules of `command:remote:Command`. */
export const remoteCommand: Resource = {
  check: (inputs) => checkCommand(inputs),

  diff(old, inputs): Diff {
    const changes = changedPaths(old.inputs, inputs);
    return { changes, replaces: changes.filter((path) => path === "triggers"), ofInputs: false };
  },

  async create(inputs, operation): Promise<Found> {
    const id = `${operation.name}${randomBytes(4).toString("hex")}`;
    if (operation.preview) return { id, outputs: { ...inputs, stdout: unknownValue, stderr: unknownValue } };
    return { id, outputs: await execute(inputs, {}, textAt(plain(inputs), "create"), operation) };
  },

  async update(old, inputs, operation): Promise<Properties> {
    if (operation.preview) {
      const changed = changedPaths(old.inputs, inputs).length > 0;
      const { stdout, stderr } = old.outputs;
      return { ...inputs, ...(changed ? { stdout: unknownValue, stderr: unknownValue } : { stdout, stderr }) };
    }
    const news = plain(inputs);
    return execute(inputs, old.outputs, textAt(news, "update") ?? textAt(news, "create"), operation);
  },

  async delete(old: Remembered, operation): Promise<void> {
    const command = textAt(plain(old.outputs), "delete");
    if (command !== undefined) await execute(old.outputs, old.outputs, command, operation);
  },
};

/** Runs the command, if there is one, with the connection and stdin of `inputs`; the inputs with the new output. */
async function execute(
  inputs: Properties,
  before: Properties,
  command: string | undefined,
  operation: Operation,
): Promise<Properties> {
  const said = plain(before);
  const previous = { stdout: textAt(said, "stdout") ?? "", stderr: textAt(said, "stderr") ?? "" };
  if (command === undefined) return { ...inputs, ...previous };
  const known = plain(inputs) as Properties;
  const client = await dial(connectionOf(known), operation);
  try {
    const result = await run(client, {
      command,
      stdin: textAt(known, "stdin") ?? "",
      environment: known["addPreviousOutputInEnv"] === false ? {} : previousOutput(previous),
      log: operation.log,
      logging: textAt(known, "logging") ?? "stdoutAndStderr",
    });
    return { ...inputs, ...result };
  } finally {
    client.end();
  }
}

function previousOutput(previous: { readonly stdout: string; readonly stderr: string }): Record<string, string> {
  const pairs = { PULUMI_COMMAND_STDOUT: previous.stdout, PULUMI_COMMAND_STDERR: previous.stderr };
  return Object.fromEntries(Object.entries(pairs).filter(([, value]) => value !== ""));
}

function connectionOf(inputs: Properties): Connection {
  const connection = withDefaults(objectAt(inputs, "connection"));
  if (textAt(connection, "host") === undefined) throw new Error("connection.host is missing");
  return connection as Connection;
}
