import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex } from "node:stream";

import type { Client } from "ssh2";

import { requireLocal } from "../localAddress";
import type { Operation } from "../plugin";
import { agentOf, type Login, loginOf } from "./login";
import { dialFailure, forwardFailure, handshakeFailure } from "./words";

/** One SSH connection, made with the patience of the official plugin. */

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
  /** Longest wait for a connection to come about, seconds; 0 for no limit. A machine that then says nothing is waited for. */
  readonly perDialTimeout: number;
  readonly proxy?: Connection;
}

/** First pause between two attempts, its growth, and its limit, as in the official plugin. */
const firstDelay = 100;
const delayGrowth = 1.5;
const longestDelay = 5000;

/** Connects to the machine, through its proxy if it has one. */
export async function dial(connection: Connection, operation: Operation): Promise<Client> {
  const { proxy } = connection;
  await requireLocal(connection.host, "@pulumi/command");
  await requireUsable(connection);
  if (proxy === undefined) return patiently("Dial", connection, operation, () => connect(connection));
  try {
    await requireLocal(proxy.host, "@pulumi/command");
    await requireUsable(proxy);
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
    let first = true;
    return await patiently("Dial", connection, operation, () => {
      // A failure has closed the stream, and all that the official plugin's further attempts on it find is its end.
      const again = !first;
      first = false;
      return again ? Promise.reject(new Error("ssh: handshake failed: EOF")) : greet(loginOf(connection), stream);
    });
  } catch (error) {
    bastion.end();
    throw error;
  }
}

/** As the official plugin, before any attempt: keys can be read, and an agent that is named answers, needed or not. */
async function requireUsable(connection: Connection): Promise<void> {
  loginOf(connection);
  const path = agentOf(connection);
  if (path === undefined) return;
  const socket = createConnection(path);
  try {
    await once(socket, "connect");
  } catch (error) {
    throw dialFailure(`unix ${path}`, error);
  } finally {
    socket.destroy();
  }
}

async function patiently<T>(
  what: string,
  { dialErrorLimit }: Connection,
  { log, cancelled }: Operation,
  attempt: () => Promise<T>,
): Promise<T> {
  let delay = firstDelay;
  for (let failed = 1; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (cancelled.aborted) throw error;
      if (dialErrorLimit >= 0 && failed > dialErrorLimit) {
        const cause = error instanceof Error ? error.message : String(error);
        throw new Error(`after ${failed - 1} failed attempts: ${cause}`, { cause: error });
      }
      log("status", `${what} ${failed}/${dialErrorLimit < 0 ? "inf" : dialErrorLimit} failed: retrying`);
    }
    await sleep(delay, undefined, { signal: cancelled });
    delay = Math.min(delay * delayGrowth, longestDelay);
  }
}

/** One attempt. */
async function connect(connection: Connection): Promise<Client> {
  return greet(loginOf(connection), await reach(connection));
}

async function reach({ host, port, perDialTimeout }: Connection): Promise<Socket> {
  const to = `tcp ${host.includes(":") ? `[${host}]` : host}:${port}`;
  const socket = createConnection({ host, port, keepAlive: true, noDelay: true });
  const limit = perDialTimeout > 0 ? AbortSignal.timeout(perDialTimeout * 1000) : undefined;
  try {
    await once(socket, "connect", { signal: limit });
    return socket;
  } catch (error) {
    socket.destroy();
    throw limit?.aborted === true ? new Error(`dial ${to}: i/o timeout`, { cause: error }) : dialFailure(to, error);
  }
}

/** Logs in over a connection that is there. */
function greet({ settings, hostKey, attempted }: Login, sock: Duplex): Promise<Client> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a preview never connects, and need not pay for it
  const ssh2 = require("ssh2") as typeof import("ssh2");
  return new Promise((resolve, reject) => {
    let mismatch: Error | undefined;
    const fail = (error: Error): void => {
      sock.destroy();
      reject(handshakeFailure(mismatch ?? error, attempted));
    };
    const client = new ssh2.Client();
    client.once("ready", () => resolve(client));
    client.on("error", fail);
    client.once("close", () => fail(new Error("the connection was closed before it was ready")));
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) =>
      answer(prompts.map(() => settings.password ?? "")),
    );
    const hostVerifier = (key: Buffer): boolean => {
      const matches = hostKey === undefined || key.equals(hostKey.blob);
      if (!matches) mismatch = new Error("ssh: host key mismatch");
      return matches;
    };
    client.connect({ ...settings, sock, hostVerifier, readyTimeout: 0 });
  });
}

function forward(bastion: Client, { host, port }: Connection): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("127.0.0.1", 0, host, port, (error, stream) => {
      if (error) reject(forwardFailure(error));
      else resolve(stream);
    });
  });
}
