import { z } from "zod";

import { fields as f } from "../settings";

/** The API server's flag for the file that says how Secrets are kept in etcd. */
export const encryptionFlag = "encryption-provider-config";

/** Where it lies on a master. Servers see the directory: a file that takes another's place is another file. */
export const providersDirectory = "/etc/kubernetes/keelson-encryption";
export const providersFile = `${providersDirectory}/providers.yaml`;

export const encryption = z.strictObject({
  provider: z
    .enum(["secretbox", "identity"])
    .default("secretbox")
    .describe(
      "Secrets are encrypted in etcd, or kept as they are (`identity`). It may change while the cluster lives.",
    ),
  generation: f
    .integer(1, 9999)
    .default(1)
    .describe(
      "Number of the key. With a higher one all Secrets are encrypted by another key, and no API server restarts for that. It never becomes lower: the state keeps the keys before for backups.",
    ),
});

export type Encryption = z.output<typeof encryption>;

/** What of the stack's settings Secrets follow. */
export interface EncryptionSettings {
  readonly kubernetes: {
    readonly security: { readonly encryption: Readonly<Encryption> };
    readonly apiServer: { readonly extraArgs: Readonly<Record<string, unknown>> };
  };
}

/** How Secrets are to be kept; undefined where the stack gives the servers a file of its own. */
export function encryptionOf({ kubernetes: { apiServer, security } }: EncryptionSettings): Encryption | undefined {
  return Object.hasOwn(apiServer.extraArgs, encryptionFlag) ? undefined : security.encryption;
}

/** Who is to write Secrets, as scripts know it: the number of a key, "0" where they are not encrypted, "" where that is not this program's. */
export function writerOf(settings: EncryptionSettings): string {
  const own = encryptionOf(settings);
  if (!own) return "";
  return own.provider === "identity" ? "0" : String(own.generation);
}
