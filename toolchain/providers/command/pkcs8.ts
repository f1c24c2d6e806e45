import { createPrivateKey, type KeyObject } from "node:crypto";

/** A private key in PKCS #8, which Go's library reads and ssh2 does not, in a form that ssh2 reads; any other text as it is. */
export function asRead(text: string): string {
  if (!text.includes("-----BEGIN PRIVATE KEY-----")) return text;
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    return text;
  }
  switch (key.asymmetricKeyType) {
    case "rsa":
      return String(key.export({ type: "pkcs1", format: "pem" }));
    case "ec":
      return String(key.export({ type: "sec1", format: "pem" }));
    case "ed25519":
      return openSsh(key);
    default:
      return text;
  }
}

/** As ssh-keygen writes it. Source: OpenSSH, PROTOCOL.key. */
function openSsh(key: KeyObject): string {
  const { d = "", x = "" } = key.export({ format: "jwk" });
  const [seed, known] = [d, x].map((part) => Buffer.from(part, "base64url")) as [Buffer, Buffer];
  const type = field(Buffer.from("ssh-ed25519"));
  const publicKey = Buffer.concat([type, field(known)]);
  // Two numbers that are the same tell that it was opened; a comment follows, and bytes up to a whole block.
  const opened = Buffer.concat([
    Buffer.alloc(8),
    publicKey,
    field(Buffer.concat([seed, known])),
    field(Buffer.alloc(0)),
  ]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (opened.length % 8)) % 8));
  const none = field(Buffer.from("none"));
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...[none, none, field(Buffer.alloc(0)), number(1), field(publicKey), field(Buffer.concat([opened, padding]))],
  ]);
  const lines = whole.toString("base64").replace(/.{70}/g, "$&\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

const field = (bytes: Buffer) => Buffer.concat([number(bytes.length), bytes]);

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
