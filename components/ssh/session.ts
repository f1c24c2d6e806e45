import { readFileSync } from "node:fs";

import type { Client, ConnectConfig } from "ssh2";

import { BastionError, isProhibited } from "./failures";
import { parseHostKey } from "./hostKey";
import type { SshLogin } from "./login";

/** How to log in on a machine that is there. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The text of the key. @default the SSH agent has one */
  readonly privateKey?: string;
  /** What opens the key. @default it is not encrypted */
  readonly passphrase?: string;
  /** The public key that it is known by, "ssh-ed25519 AAAA...". @default whoever answers is trusted */
  readonly hostKey?: string;
}

/** How the stack says to log in. */
export function sshLogin({ host, port, user, privateKeyFile, passphrase, hostKey }: SshLogin): Login {
  return {
    ...{ host, port, user, hostKey, passphrase: passphrase?.reveal() },
    ...(privateKeyFile === undefined ? {} : { privateKey: readFileSync(privateKeyFile, "utf8") }),
  };
}

/** Machines that are asked at once. */
const atOnce = 50;

/** Does something with each of many machines, with so many at a time; what comes of it is in the order in which they were done. */
export async function withEach<T extends object, R>(
  items: readonly T[],
  action: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const left = [...items];
  const done: R[] = [];
  const next = async (): Promise<void> => {
    for (let item = left.shift(); item; item = left.shift()) done.push(await action(item));
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return done;
}

/** Does something by way of one session on the machine before all others, where there is one, which has so many milliseconds to let in; it ends with that. */
export async function throughBastion<R>(
  bastion: SshLogin | undefined,
  timeoutMs: number,
  action: (way?: Session) => Promise<R>,
): Promise<R> {
  // Whoever goes by way of it has bounds of their own.
  const way = bastion && new Session(sshLogin(bastion), { loginMs: timeoutMs, timeoutMs: Infinity });
  try {
    return await action(way);
  } finally {
    way?.close();
  }
}

/** Has a machine's bash run a program that only looks; undefined where the machine does not answer within so many milliseconds. */
export async function answerOf(
  login: Login,
  program: string,
  timeoutMs: number,
  way?: Session,
): Promise<Answer | undefined> {
  const session = new Session(login, { timeoutMs }, way);
  try {
    return await session.run("bash -s", program);
  } catch {
    return undefined;
  } finally {
    session.close();
  }
}

/** How a command ended. */
export interface Answer {
  readonly status: number;
  /** What it printed, errors as well. */
  readonly output: string;
}

/** Bounds of a question. Behind a bastion they begin when that has let in whoever asks. */
export interface Patience {
  /** Longest wait for the whole of it, milliseconds; where `loginMs` is given, for what comes after the login. @default 15000 */
  readonly timeoutMs?: number;
  /** Longest wait for the login alone, milliseconds. @default it is a part of the whole */
  readonly loginMs?: number;
  /** Longest wait for a command that goes on printing, milliseconds: `timeoutMs` begins anew with all that it prints. @default it does not */
  readonly printingMs?: number;
}

/**
 * Runs one command on a machine, as root, which only looks: everything that changes a machine is a script. Throws where nobody
 * answers within so many milliseconds, or another than the machine does.
 */
export async function ask(login: Login, command: string, { timeoutMs = 15_000 }: Patience = {}): Promise<Answer> {
  const session = new Session(login, { timeoutMs });
  try {
    return await session.run(command);
  } finally {
    session.close();
  }
}

/** One login, for one command, or as the way to others. */
export class Session {
  /** What was printed since the login; absent while nobody is let in. */
  said?: string;
  private readonly client: Client;
  private readonly ready: Promise<void>;
  private timer?: NodeJS.Timeout;
  private fail: (error: Error) => void = () => undefined;
  private readonly failed: Promise<never>;

  constructor(
    private readonly login: Login,
    private readonly patience: Patience = {},
    /** The session on the machine before it. */
    bastion?: Session,
  ) {
    const { timeoutMs = 15_000, loginMs } = patience;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- not every run connects, and it need not pay for it
    const { Client } = require("ssh2") as typeof import("ssh2");
    const client = new Client();
    this.client = client;
    this.failed = new Promise((_, reject) => (this.fail = reject));
    // Whoever waits hears of it; nobody may be there.
    this.failed.catch(() => undefined);
    client.on("error", this.fail);
    client.on("close", () => this.fail(new Error("the connection was closed before there was an answer")));
    client.on("ready", () => {
      this.said = "";
      if (loginMs !== undefined) this.limit(timeoutMs);
    });
    this.ready = this.orFailed(new Promise((resolve) => client.on("ready", resolve)));
    this.ready.catch(() => undefined);
    const first = loginMs ?? timeoutMs;
    if (!bastion) this.limit(first);
    // A key that it cannot read is thrown.
    const connect = async () => {
      await bastion?.letIn();
      if (bastion) this.limit(first);
      client.connect({ ...configOf(login, first), ...(bastion && { sock: await bastion.tunnel(login) }) });
    };
    connect().catch((error: unknown) => this.fail(error instanceof Error ? error : new Error(String(error))));
  }

  /** Runs a command as root, with this on its standard input. */
  async run(command: string, input: string | Buffer = ""): Promise<Answer> {
    await this.ready;
    const asRoot = this.login.user === "root" ? command : `sudo -n ${command}`;
    return this.orFailed(
      new Promise((resolve, reject) => {
        this.client.exec(asRoot, (error, stream) => {
          if (error) {
            reject(error);
            return;
          }
          let output = "";
          const began = Date.now();
          const more = (data: Buffer) => {
            this.said = output += data.toString();
            this.waitOn(began);
          };
          stream.on("data", more).stderr.on("data", more);
          stream.on("close", (code: number | null) => resolve({ status: code ?? -1, output: output.trim() }));
          stream.end(input);
        });
      }),
    );
  }

  close(): void {
    clearTimeout(this.timer);
    this.client.destroy();
  }

  /** Whatever keeps the machine before all others from letting anybody in is none of theirs. */
  private async letIn(): Promise<void> {
    try {
      await this.ready;
    } catch (error) {
      throw new BastionError(this.login, error as Error);
    }
  }

  private tunnel({ host, port }: Login): Promise<NonNullable<ConnectConfig["sock"]>> {
    return this.orFailed(
      new Promise((resolve, reject) =>
        this.client.forwardOut("127.0.0.1", 0, host, port, (error, stream) => {
          if (!error) resolve(stream);
          else reject(isProhibited(error) ? new BastionError(this.login, error) : error);
        }),
      ),
    );
  }

  /** A command that began then has printed something. */
  private waitOn(began: number): void {
    const { timeoutMs = 15_000, printingMs } = this.patience;
    if (printingMs === undefined) return;
    const left = Math.max(0, began + printingMs - Date.now());
    if (left < timeoutMs) this.limit(left, `no end within ${printingMs / 1000} s`);
    else this.limit(timeoutMs);
  }

  /** From now on so long, and no longer. */
  private limit(milliseconds: number, words = `no answer within ${milliseconds / 1000} s`): void {
    clearTimeout(this.timer);
    if (milliseconds === Infinity) return;
    this.timer = setTimeout(() => this.fail(new Error(`${words} (ETIMEDOUT)`)), milliseconds);
  }

  private orFailed<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.failed]);
  }
}

function configOf({ host, port, user, privateKey, passphrase, hostKey }: Login, timeoutMs: number): ConnectConfig {
  const known = hostKey === undefined ? undefined : parseHostKey(hostKey);
  return {
    host,
    port,
    username: user,
    ...(privateKey === undefined ? { agent: process.env.SSH_AUTH_SOCK } : { privateKey, passphrase }),
    readyTimeout: timeoutMs,
    ...(known
      ? {
          algorithms: { serverHostKey: [known.type] },
          hostVerifier: (shown: Buffer) => shown.equals(known.blob),
        }
      : {}),
  };
}
