import { z } from "zod";

import { fields as f, harm, harmIn, isFalse, leaveOut, type Contradiction, type Flags, type Harm } from "../settings";

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
    .integer(1, 999)
    .default(1)
    .describe(
      "Number of the key. With the next one all Secrets are encrypted by another key, and no API server restarts for that. It never becomes lower: the state keeps the keys before for backups.",
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

/** Below which API servers keep everything in etcd. */
export function etcdPrefixOf({ kubernetes: { apiServer } }: EncryptionSettings): string {
  const prefix = [apiServer.extraArgs["etcd-prefix"]].flat().at(-1);
  return typeof prefix === "string" ? `/${prefix.replace(/^\/|\/$/g, "")}` : "/registry";
}

const [servers, members] = ["kubernetes.apiServer.extraArgs", "etcd.extraArgs"] as const;

/** By which a server tells what it has loaded. */
const metric = "apiserver_encryption_config_controller_last_config_info";
const silent = ["disabled-metrics", "allow-metric-labels"].map((flag) =>
  harm(
    ...([servers, flag, `with ${metric}`] as const),
    (value) => value.includes(metric),
    `by this metric a server tells which keys of Secrets it has loaded, and no key takes another's place without that: leave ${metric} out`,
  ),
);

const harms: readonly Harm[] = [
  harm(
    ...([servers, `${encryptionFlag}-automatic-reload`, "false", isFalse] as const),
    `servers would read the keys of Secrets once, and another key would never reach them: ${leaveOut}`,
  ),
  harm(
    ...([servers, "etcd-servers-overrides", "with /secrets"] as const),
    (value) => /(^|,)\s*\/secrets#/.test(value),
    'Secrets would lie where they are not written again by another key, and nobody could read them after that: leave "/secrets#" out',
  ),
  harm(
    ...([members, "enable-grpc-gateway", "false", isFalse] as const),
    `masters ask etcd by its gateway which key each Secret is by: ${leaveOut}, or set kubernetes.apiServer.extraArgs.${encryptionFlag} to a file of your own`,
  ),
  ...silent,
];

/** Flags with which a key could not take another's place. */
export function* encryptionChecks({ configuration }: Subject): Generator<Contradiction> {
  const { kubernetes, etcd } = configuration;
  if (!encryptionOf(configuration)) return;
  yield* harmIn(servers, kubernetes.apiServer.extraArgs, harms);
  yield* harmIn(members, etcd.extraArgs, harms);
}

interface Subject {
  readonly configuration: {
    readonly kubernetes: EncryptionSettings["kubernetes"] & { readonly apiServer: { readonly extraArgs: Flags } };
    readonly etcd: { readonly extraArgs: Flags };
  };
}
