/** One SSH connection, made with the patience of the official plugin. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { Client, ConnectConfig } from "ssh2";
import { requireLocal } from "../localAddress";
import { Operation } from "../plugin";
import { HostKey, parseHostKey } from "./hostKey";

/** How to reach a machine; defaults are filled in already. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly privateKey?: string;
  readonly privateKeyPassword?: string;
  readonly agentSocketPath?: string;
  /** The machine's public key as in known_hosts, `ssh-ed25519 AAAA...`; not verified when missing. */
  readonly hostKey?: string;
  /** Failed attempts that are followed by another; -1 for no limit. */
  readonly dialErrorLimit: number;
  /** Longest wait for one attempt, seconds; 0 for no limit. */
  readonly perDialTimeout: number;
  readonly proxy?: Connection;
}

/** First pause between two attempts, its growth, and its limit, as in the official plugin. */
const FIRST_DELAY = 100;
const GROWTH = 1.5;
const LONGEST_DELAY = 5000;
/** A machine that vanished is noticed after this many unanswered questions, one each interval (milliseconds). */
const KEEPALIVE = { keepaliveInterval: 15_000, keepaliveCountMax: 8 };

/** The machine showed another key than the one given: trying again cannot help. */
export class HostKeyMismatch extends Error {}

/** Connects to the machine, through its proxy if it has one. */
export async function dial(connection: Connection, operation: Operation): Promise<Client> {
  await requireLocal(connection.host, "@pulumi/command");
  if (connection.proxy === undefined) {
    return patiently("Dial", connection, operation, () => connect(connection));
  }
  const proxy = connection.proxy;
  await requireLocal(proxy.host, "@pulumi/command");
  const bastion = await patiently("Dial proxy", proxy, operation, () => connect(proxy));
  const client = await patiently("Dial from proxy", connection, operation, async () =>
    connect(connection, await forward(bastion, connection)),
  );
  return client.once("close", () => bastion.end());
}

async function patiently(
  what: string,
  { host, port, dialErrorLimit }: Connection,
  { log, cancelled }: Operation,
  attempt: () => Promise<Client>,
): Promise<Client> {
  let delay = FIRST_DELAY;
  for (let failed = 1; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof HostKeyMismatch || cancelled.aborted) {
        throw error;
      }
      if (dialErrorLimit >= 0 && failed > dialErrorLimit) {
        const cause = error instanceof Error ? error.message : String(error);
        throw new Error(`${host}:${port}: after ${failed - 1} failed attempts: ${cause}`, { cause: error });
      }
      log("status", `${what} ${failed}/${dialErrorLimit < 0 ? "inf" : dialErrorLimit} failed: retrying`);
    }
    await sleep(delay, undefined, { signal: cancelled });
    delay = Math.min(delay * GROWTH, LONGEST_DELAY);
  }
}

/** One attempt. */
function connect(connection: Connection, through?: Duplex): Promise<Client> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a preview never connects, and need not pay for it
  const ssh2 = require("ssh2") as typeof import("ssh2");
  const expected = connection.hostKey === undefined ? undefined : parseHostKey(connection.hostKey);
  return new Promise((resolve, reject) => {
    let mismatch: HostKeyMismatch | undefined;
    const client = new ssh2.Client();
    const refuse = (shown: string): void => {
      mismatch = new HostKeyMismatch(
        `${connection.host}:${connection.port}: host key mismatch: expected ${connection.hostKey}, the machine shows ` +
          `${shown}. Nothing was run. If the machine was made anew, correct its hostKey.`,
      );
    };
    client.once("ready", () => resolve(client));
    client.on("error", (error) => reject(mismatch ?? error));
    client.once("close", () => reject(new Error("the connection was closed before it was ready")));
    client.connect({ ...settings(connection, expected, refuse), sock: through });
  });
}

function settings(
  connection: Connection,
  expected: HostKey | undefined,
  refuse: (shown: string) => void,
): ConnectConfig {
  const hasSecret = connection.privateKey !== undefined || connection.password !== undefined;
  return {
    ...KEEPALIVE,
    host: connection.host,
    port: connection.port,
    username: connection.user,
    password: connection.password,
    privateKey: connection.privateKey,
    passphrase: connection.privateKeyPassword,
    agent: connection.agentSocketPath ?? (hasSecret ? undefined : process.env["SSH_AUTH_SOCK"]),
    tryKeyboard: false,
    readyTimeout: connection.perDialTimeout * 1000,
    // Asking for the known kind of key only: a machine has several, and any other would look like a mismatch.
    algorithms: expected === undefined ? undefined : { serverHostKey: [...expected.algorithms] },
    hostVerifier: (key: Buffer): boolean => {
      const matches = expected === undefined || key.equals(expected.blob);
      if (!matches) {
        refuse(`${key.subarray(4, 4 + key.readUInt32BE(0)).toString()} ${key.toString("base64")}`);
      }
      return matches;
    },
  };
}

function forward(bastion: Client, { host, port }: Connection): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("127.0.0.1", 0, host, port, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}
