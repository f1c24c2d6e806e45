import type { ServerHostKeyAlgorithm } from "ssh2";

/** A machine's public key in the form that known_hosts and authorized_keys have, and its type, which is the algorithm that proves it. */
export interface HostKey {
  readonly blob: Buffer;
  readonly type: ServerHostKeyAlgorithm;
}

/** Reads `ssh-ed25519 AAAA... comment`. */
export function parseHostKey(line: string): HostKey {
  const key = read(line);
  if (!key) {
    throw new Error(`failed to parse host key: ${JSON.stringify(line)}; it should look like "ssh-ed25519 AAAA..."`);
  }
  const { type, blob } = key;
  return { blob, type: type as ServerHostKeyAlgorithm };
}

/**
 * Whether a text is nothing but a key, whole and of a type that servers are known by, as `ssh-keyscan` prints it. By an RSA key the command plugin
 * asks for a signature that servers of today do not make. Source: pulumi-command, provider/pkg/provider/remote/connection.go, hostKeyAlgorithms.
 */
export function isHostKey(text: string): boolean {
  const { type = "", blob = Buffer.alloc(0) } = read(text) ?? {};
  if (!/^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521))$/.test(type)) return false;
  if (text !== `${type} ${blob.toString("base64")}` || blob.length < 4 + type.length + 4) return false;
  return type !== "ssh-ed25519" || (blob.length === 51 && blob.readUInt32BE(15) === 32);
}

/** Type and bytes of a key, which name the same type. Source: RFC 4253, section 6.6. */
function read(line: string): { readonly type: string; readonly blob: Buffer } | undefined {
  const [type, base64] = line.trim().split(/\s+/);
  const blob = Buffer.from(base64 ?? "", "base64");
  return type === undefined || blob.length < 8 || typeOf(blob) !== type ? undefined : { type, blob };
}

function typeOf(blob: Buffer): string {
  return blob.subarray(4, 4 + blob.readUInt32BE(0)).toString();
}

/** An SSH server, and the key that it is known by. */
export interface KnownServer {
  readonly host: string;
  readonly port: number;
  readonly hostKey: string;
}

/**
 * By which other key the server proves itself, in words; undefined where it is the known one, or none came about within so many
 * milliseconds. Nobody is logged in.
 */
export function anotherKey({ host, port, hostKey }: KnownServer, timeoutMs: number): Promise<string | undefined> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a preview never connects, and need not pay for it
  const { Client } = require("ssh2") as typeof import("ssh2");
  const { blob, type } = parseHostKey(hostKey);
  return new Promise((resolve) => {
    const client = new Client();
    client.on("error", ({ message }) =>
      resolve(/no matching host key/.test(message) ? `has no host key of the kind ${type}` : undefined),
    );
    client.on("close", () => resolve(undefined));
    client.connect({
      host,
      port,
      // A login needs a name, and there is none here.
      username: "nobody",
      readyTimeout: timeoutMs,
      algorithms: { serverHostKey: [type] },
      hostVerifier: (shown: Buffer) => {
        resolve(shown.equals(blob) ? undefined : `shows the host key ${typeOf(shown)} ${shown.toString("base64")}`);
        // There is nothing more to say to it.
        return false;
      },
    });
  });
}
