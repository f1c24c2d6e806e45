import { parseHostKey } from "./hostKey";

/** How to log in on a machine that is there. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKey: string;
  /** The public key that it is known by, "ssh-ed25519 AAAA...". */
  readonly hostKey: string;
}

/** How a command ended. */
export interface Answer {
  readonly status: number;
  /** What it printed, errors as well. */
  readonly output: string;
}

/**
 * Runs one command on a machine, as root, which only looks: everything that changes a machine is a script. Throws where nobody
 * answers within so many milliseconds, or another than the machine does.
 */
export function ask(login: Login, command: string, timeoutMs = 15_000): Promise<Answer> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a preview never connects, and need not pay for it
  const { Client } = require("ssh2") as typeof import("ssh2");
  const { host, port, user, privateKey, hostKey } = login;
  const { blob, algorithms } = parseHostKey(hostKey);
  return new Promise((resolve, reject) => {
    const client = new Client();
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      client.destroy();
      settle();
    };
    const fail = (error: Error): void => end(() => reject(error));
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    client.on("error", fail);
    client.on("close", () => fail(new Error("the connection was closed before there was an answer")));
    client.on("ready", () =>
      client.exec(`sudo -n ${command}`, (error, stream) => {
        if (error) {
          fail(error);
          return;
        }
        let output = "";
        const more = (data: Buffer) => (output += data.toString());
        stream.on("data", more).stderr.on("data", more);
        stream.on("close", (code: number | null) => end(() => resolve({ status: code ?? -1, output: output.trim() })));
      }),
    );
    client.connect({
      host,
      port,
      username: user,
      privateKey,
      readyTimeout: timeoutMs,
      algorithms: { serverHostKey: [...algorithms] },
      hostVerifier: (shown: Buffer) => shown.equals(blob),
    });
  });
}
