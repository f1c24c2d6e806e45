import type { ParsedKey } from "ssh2";

/** What the text of a private key's file says of it, before anything tries to use it. */
export type KeyKind = "none" | "plain" | "encrypted" | "PKCS #8";

/** What every OpenSSH key begins with, under its base64. Source: OpenSSH, PROTOCOL.key. */
const magic = "openssh-key-v1\0";

/**
 * Whether a text holds a private key, and whether that is encrypted. ssh2 reads none in PKCS #8, and the plugin none that is encrypted so.
 */
export function kindOfKey(text: string): KeyKind {
  if (!text.includes("PRIVATE KEY-----")) return "none";
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) return "PKCS #8";
  // The older form of PEM. Source: RFC 1421, section 4.6.1.1.
  if (/^Proc-Type:.*ENCRYPTED/m.test(text)) return "encrypted";
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)/.exec(text)?.[1] ?? "";
  const bytes = Buffer.from(body, "base64");
  if (bytes.toString("latin1", 0, magic.length) !== magic || bytes.length < magic.length + 4) return "plain";
  const start = magic.length + 4;
  const cipher = bytes.toString("latin1", start, start + bytes.readUInt32BE(magic.length));
  return cipher === "none" ? "plain" : "encrypted";
}

/**
 * A key that is not encrypted, as the state is to have it, twice with each script: an Ed25519 key in PKCS #8 is a third as long as in
 * OpenSSH's own form. Any other stays as it is.
 */
export function shortest(text: string): string {
  const parsed = keyIn(text);
  return "type" in parsed && parsed.type === "ssh-ed25519" ? `${parsed.getPrivatePEM()}\n` : text;
}

/** Whether a passphrase certainly does not open an encrypted key. What cannot be told is left to the plugin. */
export function isWrongPassphrase(text: string, passphrase: string): boolean {
  const parsed = keyIn(text, passphrase);
  return parsed instanceof Error && /passphrase/i.test(parsed.message);
}

function keyIn(text: string, passphrase?: string): ParsedKey | Error {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a stack without a key of its own need not pay for it
  const { utils } = require("ssh2") as typeof import("ssh2");
  return utils.parseKey(text, passphrase);
}
