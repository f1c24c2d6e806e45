/** What the official plugin says of a connection that fails: the words of its library, which failures are known by. */

/** System errors in the words of Go's library. */
const systemErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ENOENT: "no such file or directory",
  ETIMEDOUT: "connection timed out",
};

/** Why no connection to an address came about, "tcp 192.0.2.1:22" or "unix /run/agent". */
export function dialFailure(to: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Error(`dial ${to}: connect: ${systemErrors[code ?? ""] ?? message}`, { cause: error });
}

/** Why two that are connected do not come to an understanding. */
export function handshakeFailure(error: unknown, attempted: readonly string[]): Error {
  const { message } = error as Error;
  const unable = `ssh: unable to authenticate, attempted methods [${attempted.join(" ")}], no supported methods remain`;
  const refused = message === "All configured authentication methods failed";
  const ended = /before (it was ready|handshake)|ECONNRESET/.test(message);
  return new Error(`ssh: handshake failed: ${refused ? unable : ended ? "EOF" : message}`, { cause: error });
}

/** Why a bastion forwards no connection. */
export function forwardFailure(error: Error): Error {
  const description = /^\(SSH\) Channel open failure: (.*)$/s.exec(error.message)?.[1] ?? error.message;
  return new Error(`ssh: rejected: connect failed (${description})`, { cause: error });
}

/** Why a private key cannot be used, if it cannot: `parse` reads it, with a passphrase or without. */
export function keyFailure(
  parse: (passphrase?: string) => unknown,
  passphrase: string | undefined,
): string | undefined {
  const bare = parse();
  if (!(bare instanceof Error)) return passphrase === undefined ? undefined : "ssh: key is not password protected";
  if (!/no passphrase given/.test(bare.message)) return "ssh: no key found";
  if (passphrase === undefined) return "ssh: this private key is passphrase protected";
  return parse(passphrase) instanceof Error ? "x509: decryption password incorrect" : undefined;
}
