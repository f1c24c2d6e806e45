import { constants } from "node:os";
import { StringDecoder } from "node:string_decoder";

import type { Client, ClientChannel } from "ssh2";

import type { Log } from "../plugin";

/** One command on a connection. */

/** What to run, and what to do with what it says. */
export interface Run {
  readonly command: string;
  /** What the command reads; nothing when empty. */
  readonly stdin: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Which output goes to the log: `stdout`, `stderr`, `stdoutAndStderr` or `none`. */
  readonly logging: string;
}

/** What the command said, less one newline at the end. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** The official plugin stops reading at a logged line of this length, and the command hangs. */
const longestLine = 64 * 1024;

/** Runs the command to its end; fails with its exit status and everything it said. */
export function run(client: Client, request: Run): Promise<Output> {
  return new Promise((resolve, reject) => {
    client.exec(request.command, { env: { ...request.environment } }, (error, channel) => {
      // Listened to at once: a short command's end may be in the same packet as the news that it runs.
      if (error) reject(error);
      else converse(client, channel, request).then(resolve, reject);
    });
  });
}

async function converse(client: Client, channel: ClientChannel, request: Run): Promise<Output> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const both: Buffer[] = [];
  const logs = (name: string): boolean => request.logging === name || request.logging === "stdoutAndStderr";
  const outLines = lines(logs("stdout") ? request.log : undefined);
  const errLines = lines(logs("stderr") ? request.log : undefined);
  channel.on("data", (data: Buffer) => {
    stdout.push(data);
    both.push(data);
    outLines.take(data);
  });
  channel.stderr.on("data", (data: Buffer) => {
    stderr.push(data);
    both.push(data);
    errLines.take(data);
  });
  const ended = end(client, channel);
  channel.end(request.stdin);
  const failure = await ended;
  outLines.flush();
  errLines.flush();
  if (failure !== undefined) {
    const said = Buffer.concat(both).toString();
    throw new Error(`${failure}: running ${JSON.stringify(request.command)}:\n${said}`);
  }
  return { stdout: text(stdout), stderr: text(stderr) };
}

/** Waits for the command's end: undefined when it succeeded, else how it ended. */
function end(client: Client, channel: ClientChannel): Promise<string | undefined> {
  return new Promise((resolve) => {
    let failure: string | undefined = "wait: remote command exited without exit status or exit signal";
    channel.on("exit", (status: number | null, signalName?: string) => {
      const signal = (signalName ?? "").replace(/^SIG/, "");
      if (status === null) {
        const number = (constants.signals as Readonly<Record<string, number | undefined>>)[`SIG${signal}`] ?? 0;
        failure = `Process exited with status ${128 + number} from signal ${signal}`;
      } else {
        failure = status === 0 ? undefined : `Process exited with status ${status}`;
      }
    });
    // A command may end without reading all of its stdin: that is no failure of the command.
    channel.on("error", () => undefined);
    channel.on("close", () => resolve(failure));
    client.on("error", (error) => resolve(`the connection was lost: ${error.message}`));
    client.on("close", () => resolve(failure));
  });
}

/** Sends whole lines to the log as they come; drops them when there is none. */
function lines(log: Log | undefined): { take(data: Buffer): void; flush(): void } {
  let rest = "";
  // A piece may end within a character.
  const decoder = new StringDecoder();
  const say = (line: string): void => {
    if (line.length > longestLine) {
      log?.("warning", `an output line of ${line.length} bytes: one over 64 KiB hangs the official plugin`);
    } else {
      log?.("status", line);
    }
  };
  return {
    take(data): void {
      if (log !== undefined) {
        const parts = (rest + decoder.write(data)).split("\n");
        rest = parts.pop() ?? "";
        parts.forEach(say);
      }
    },
    flush(): void {
      if (rest !== "") say(rest);
    },
  };
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString().replace(/\n$/, "");
}
