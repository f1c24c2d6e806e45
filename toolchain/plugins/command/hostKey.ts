/** A machine's public key in the form that known_hosts and authorized_keys have. */
import type { ServerHostKeyAlgorithm } from "ssh2";

/** The key, and the signature algorithms that prove it. */
export interface HostKey {
  readonly blob: Buffer;
  readonly algorithms: readonly ServerHostKeyAlgorithm[];
}

const RSA: readonly ServerHostKeyAlgorithm[] = ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"];

/** Reads `ssh-ed25519 AAAA... comment`. */
export function parseHostKey(line: string): HostKey {
  const [type, base64] = line.trim().split(/\s+/);
  const blob = Buffer.from(base64 ?? "", "base64");
  if (type === undefined || blob.length < 8 || blob.subarray(4, 4 + blob.readUInt32BE(0)).toString() !== type) {
    throw new Error(`failed to parse host key: ${JSON.stringify(line)}; it should look like "ssh-ed25519 AAAA..."`);
  }
  return { blob, algorithms: type === "ssh-rsa" ? RSA : [type as ServerHostKeyAlgorithm] };
}
