import type { AuthenticationType, AuthHandlerMiddleware, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";

import type { Connection } from "./dial";
import { asRead } from "./pkcs8";
import { keyFailure } from "./words";

/** How the stand-in proves itself to a machine, and the machine to it, in the order of the official plugin. */

/** A machine that vanished is noticed after this many unanswered questions, one each interval (milliseconds). */
const keepalive = { keepaliveInterval: 15_000, keepaliveCountMax: 8 };

/** The machine's key, and its type, which is the signature that it is asked for, also where servers of today make none like it: RSA. */
interface HostKey {
  readonly blob: Buffer;
  readonly type: ServerHostKeyAlgorithm;
}

/** All that is known before a machine is dialled. */
export interface Login {
  readonly settings: ConnectConfig;
  readonly hostKey: HostKey | undefined;
  /** By which methods the machine was asked to let us in so far, in the words of the protocol. */
  readonly attempted: string[];
}

/** Reads the keys of a connection; throws where one cannot be used. */
export function loginOf(connection: Connection): Login {
  const { privateKeyPassword } = connection;
  const privateKey = connection.privateKey === undefined ? undefined : asRead(connection.privateKey);
  if (privateKey !== undefined) requireKey(privateKey, privateKeyPassword);
  const hostKey = connection.hostKey === undefined ? undefined : knownKey(connection.hostKey);
  // Of two ways that are both by public key, the official plugin's library tries the first only.
  const agent = privateKey === undefined ? agentOf(connection) : undefined;
  const byPassword: readonly AuthenticationType[] = ["password", "keyboard-interactive"];
  const ways: readonly AuthenticationType[] = [
    "none",
    ...(privateKey === undefined ? [] : (["publickey"] as const)),
    ...(connection.password === undefined ? [] : byPassword),
    ...(agent === undefined ? [] : (["agent"] as const)),
  ];
  const attempted: string[] = [];
  const settings = {
    ...keepalive,
    username: connection.user,
    password: connection.password,
    privateKey,
    passphrase: privateKeyPassword,
    agent,
    tryKeyboard: connection.password !== undefined,
    authHandler: inTurn(ways, attempted),
    // Asking for the known kind of key only: a machine has several, and any other would look like a mismatch.
    algorithms: hostKey === undefined ? undefined : { serverHostKey: [hostKey.type] },
  };
  return { settings, hostKey, attempted };
}

/** Where the agent is, as the official plugin looks for it. */
export function agentOf(connection: Connection): string | undefined {
  return connection.agentSocketPath ?? (process.env["SSH_AUTH_SOCK"] || undefined);
}

/** Tries each way that the machine takes, and notes it. */
function inTurn(ways: readonly AuthenticationType[], attempted: string[]): AuthHandlerMiddleware {
  let left = [...ways];
  return (taken: readonly AuthenticationType[] | null, _partial, next) => {
    const nameOf = (way: AuthenticationType): AuthenticationType => (way === "agent" ? "publickey" : way);
    const index = left.findIndex((way) => way === "none" || taken === null || taken.includes(nameOf(way)));
    const way = left[index];
    left = left.slice(index + 1);
    if (way === undefined) {
      // The library ends the login so; its types do not know.
      next(false as unknown as AuthenticationType);
      return;
    }
    attempted.push(nameOf(way));
    next(way);
  };
}

/** Reads `ssh-ed25519 AAAA... comment`. */
function knownKey(line: string): HostKey {
  const [type, base64] = line.trim().split(/\s+/);
  const blob = Buffer.from(base64 ?? "", "base64");
  // The key says its kind itself, after the length of that word.
  const own = blob.length < 8 ? undefined : blob.subarray(4, 4 + blob.readUInt32BE(0)).toString();
  if (own === undefined || own !== type) throw new Error("failed to parse host key: ssh: no key found");
  return { blob, type: type as ServerHostKeyAlgorithm };
}

function requireKey(text: string, passphrase: string | undefined): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a preview never connects, and need not pay for it
  const { utils } = require("ssh2") as typeof import("ssh2");
  const failure = keyFailure((opened) => utils.parseKey(text, opened), passphrase);
  if (failure !== undefined) throw new Error(failure);
}
