/** One SSH connection, made with the patience of the official plugin. */
import { once } from "node:events";
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { AuthenticationType, Client, ConnectConfig } from "ssh2";
import { requireLocal } from "../localAddress";
import { Operation } from "../plugin";
import { HostKey, parseHostKey } from "../../../components/machine/hostKey";

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
  const { proxy } = connection;
  await requireLocal(connection.host, "@pulumi/command");
  await requireAgent(connection);
  if (proxy === undefined) {
    return patiently("Dial", connection, operation, () => connect(connection));
  }
  try {
    await requireLocal(proxy.host, "@pulumi/command");
    await requireAgent(proxy);
    const bastion = await patiently("Dial proxy", proxy, operation, () => connect(proxy));
    const client = await through(bastion, connection, operation);
    return client.once("close", () => bastion.end());
  } catch (error) {
    if (error instanceof Error) error.message = `proxy: ${error.message}`;
    throw error;
  }
}

/** Connects to the machine from its bastion, which is left where that fails. */
async function through(bastion: Client, connection: Connection, operation: Operation): Promise<Client> {
  try {
    const stream = await patiently("Dial from proxy", connection, operation, () => forward(bastion, connection));
    // Once: a failure has closed the stream, and the official plugin's further attempts on it come to nothing.
    return await connect(connection, stream);
  } catch (error) {
    bastion.end();
    throw error;
  }
}

/** Where the agent is, as the official plugin looks for it. */
function agentOf(connection: Connection): string | undefined {
  return connection.agentSocketPath ?? (process.env["SSH_AUTH_SOCK"] || undefined);
}

/** As the official plugin: an agent that is named must answer, also where its keys are not needed; asked once. */
async function requireAgent(connection: Connection): Promise<void> {
  const path = agentOf(connection);
  if (path === undefined) return;
  const socket = createConnection(path);
  try {
    await once(socket, "connect");
  } catch (error) {
    throw new Error(`dial unix ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    socket.destroy();
  }
}

async function patiently<T>(
  what: string,
  { host, port, dialErrorLimit }: Connection,
  { log, cancelled }: Operation,
  attempt: () => Promise<T>,
): Promise<T> {
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
    const refuse = (): void => {
      mismatch = new HostKeyMismatch(`${connection.host}:${connection.port}: ssh: host key mismatch`);
    };
    client.once("ready", () => resolve(client));
    client.on("error", (error) => reject(mismatch ?? error));
    client.once("close", () => reject(new Error("the connection was closed before it was ready")));
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) =>
      answer(prompts.map(() => connection.password ?? "")),
    );
    client.connect({ ...settings(connection, expected, refuse), sock: through });
  });
}

function settings(connection: Connection, expected: HostKey | undefined, refuse: () => void): ConnectConfig {
  // Of two ways that are both by public key, the official plugin's library tries the first only.
  const agent = connection.privateKey === undefined ? agentOf(connection) : undefined;
  const byPassword: readonly AuthenticationType[] = ["password", "keyboard-interactive"];
  return {
    ...KEEPALIVE,
    host: connection.host,
    port: connection.port,
    username: connection.user,
    password: connection.password,
    privateKey: connection.privateKey,
    passphrase: connection.privateKeyPassword,
    agent,
    tryKeyboard: connection.password !== undefined,
    authHandler: [
      "none",
      ...(connection.privateKey === undefined ? [] : (["publickey"] as const)),
      ...(connection.password === undefined ? [] : byPassword),
      ...(agent === undefined ? [] : (["agent"] as const)),
    ],
    readyTimeout: connection.perDialTimeout * 1000,
    // Asking for the known kind of key only: a machine has several, and any other would look like a mismatch.
    algorithms: expected === undefined ? undefined : { serverHostKey: [...expected.algorithms] },
    hostVerifier: (key: Buffer): boolean => {
      const matches = expected === undefined || key.equals(expected.blob);
      if (!matches) refuse();
      return matches;
    },
  };
}

function forward(bastion: Client, { host, port }: Connection): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("127.0.0.1", 0, host, port, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}
