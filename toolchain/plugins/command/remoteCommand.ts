/**
 * `command:remote:Command` with the semantics of the official plugin: a change of `triggers` replaces, a change of
 * anything else runs `update`, or `create` again; delete runs what the state holds; refresh never sees the machine.
 */
import { randomBytes } from "node:crypto";
import { Checked, Diff, Found, Operation, Remembered, Resource, unsupported } from "../plugin";
import { changedKeys, isObject, objectAt, Properties, secret, textAt, UNKNOWN } from "../properties";
import { Connection, dial } from "./dial";
import { run } from "./run";

const INPUTS = new Set([
  "connection",
  "create",
  "update",
  "delete",
  "stdin",
  "triggers",
  "logging",
  "addPreviousOutputInEnv",
]);
const CONNECTION_DEFAULTS = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };

/** The rules of `command:remote:Command`. */
export const remoteCommand: Resource = {
  check(inputs): Checked {
    const connection = inputs["connection"];
    const complete = isObject(connection) ? withDefaults(connection) : connection;
    return {
      // The whole connection is secret, as in the official plugin: it holds keys and passwords.
      inputs: { ...inputs, connection: secret(complete) },
      failures: unsupported(inputs, INPUTS),
    };
  },

  diff(old, inputs): Diff {
    const changes = changedKeys(old.inputs, inputs);
    return { changes, replaces: changes.filter((key) => key === "triggers") };
  },

  async create(inputs, operation): Promise<Found> {
    const id = `${operation.name}${randomBytes(4).toString("hex")}`;
    return { id, outputs: await execute(inputs, {}, textAt(inputs, "create"), operation) };
  },

  async update(old, inputs, operation): Promise<Properties> {
    return execute(inputs, old.outputs, textAt(inputs, "update") ?? textAt(inputs, "create"), operation);
  },

  async delete(old: Remembered, operation): Promise<void> {
    const command = textAt(old.outputs, "delete");
    if (command !== undefined) {
      await execute(old.outputs, old.outputs, command, operation);
    }
  },
};

/** Runs the command, if there is one, with the connection and stdin of `inputs`; the inputs with the new output. */
async function execute(
  inputs: Properties,
  before: Properties,
  command: string | undefined,
  operation: Operation,
): Promise<Properties> {
  if (operation.preview) {
    return { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN };
  }
  const previous = { stdout: textAt(before, "stdout") ?? "", stderr: textAt(before, "stderr") ?? "" };
  if (command === undefined) {
    return { ...inputs, ...previous };
  }
  const client = await dial(connectionOf(inputs), operation);
  try {
    const result = await run(client, {
      command,
      stdin: textAt(inputs, "stdin") ?? "",
      environment: inputs["addPreviousOutputInEnv"] === false ? {} : previousOutput(previous),
      log: operation.log,
      logging: textAt(inputs, "logging") ?? "stdoutAndStderr",
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

function withDefaults(connection: Properties): Properties {
  const proxy = connection["proxy"];
  const complete = { ...CONNECTION_DEFAULTS, ...connection };
  return isObject(proxy) ? { ...complete, proxy: { ...CONNECTION_DEFAULTS, ...proxy } } : complete;
}

function connectionOf(inputs: Properties): Connection {
  const connection = withDefaults(objectAt(inputs, "connection"));
  if (textAt(connection, "host") === undefined) {
    throw new Error("connection.host is missing");
  }
  return connection as unknown as Connection;
}
