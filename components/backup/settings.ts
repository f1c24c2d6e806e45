import { z } from "zod";

import { secondsOf } from "../certificates/settings";
import {
  directoriesOfPrograms,
  expand,
  fields as f,
  isFleeting,
  Secret,
  show,
  type Context,
  type Contradiction,
} from "../settings";
import { contentOf } from "../ssh";

/** How a secret is kept with the stack. */
const command = (field: string) => `pulumi config set --secret --path 'keelson:etcd.backup.${field}'`;

const length = () =>
  f.text(
    "a length of time",
    (text) => secondsOf(text) !== undefined,
    "is no length of time",
    'use a number of days, hours or minutes, as in "1d" or "30m"',
  );

/** What goes into a file of variables: one line, of which nothing ends a quotation. */
function secret(field: string) {
  return z
    .custom<Secret>((value) => value instanceof Secret, {
      error: () => `is not encrypted: take it out, and use ${command(field)}, which keeps it encrypted`,
    })
    .refine((value) => !/[\0\r\n]/.test(value.reveal() ?? ""), { error: () => "has more than one line: use one" })
    .meta({ values: "a secret", secret: true });
}

const path = /^(\/(?!\.{1,2}(\/|$))[\w.@+-]+)+$/;
const sftp = /^sftp:([a-z_][a-z0-9_.-]*)@([a-z0-9][a-z0-9.-]*):((?:\/(?!\.{1,2}(?:\/|$))[\w.@+-]+)+)$/;
const s3 = /^s3:https?:\/\/[a-z0-9][a-z0-9.-]*(:\d{1,5})?(\/[\w.@+-]+)+$/;

const kept = /^[1-9]\d{0,3}[hdwmy](\+[1-9]\d{0,3}[hdwmy])*$/;

/** etcd.backup: when, and where to. */
export const backup = z.strictObject({
  every: length()
    .default("1h")
    .describe("How often. One member makes the backup, whichever is there; the others see that there is one."),
  keep: f
    .text(
      'numbers of hours, days, weeks, months and years, "24h+7d+4w"',
      (text) => kept.test(text),
      "does not say what is kept",
      'use numbers with h, d, w, m or y and "+" between them, as in "24h+7d+4w": the last one of each of 24 hours, 7 days and 4 weeks',
    )
    .default("24h+7d+4w")
    .describe("What is kept: the last backup of each of so many hours, days, weeks, months and years."),
  to: f
    .text(
      "a path, sftp:USER@HOST:/PATH or s3:https://HOST/BUCKET/PATH",
      (text) => path.test(text) || sftp.test(text) || s3.test(text),
      "is no place for backups",
      'use a path on the members, "sftp:backup@192.0.2.7:/srv/etcd" or "s3:https://s3.example.com/bucket/etcd"',
    )
    .describe(
      "Where to. A path is for a share that is mounted at it on every member; where it is on a machine's own disk, each member keeps backups of its own there, and they go with it.",
    ),
  password: secret("password").describe(
    `What backups are encrypted with, for they have every Secret of the cluster in them; set it with \`${command("password")}\`, and keep it elsewhere as well.`,
  ),
  accessKey: secret("accessKey").optional().describe("Key id for S3; only where `to` begins with s3."),
  secretKey: secret("secretKey").optional().describe("Secret key for S3; only where `to` begins with s3."),
  privateKeyFile: f
    .file()
    .optional()
    .describe(
      "File on this computer with the private key by which members log in, without a passphrase; only where `to` begins with sftp. It is kept on the members.",
    ),
  hostKey: f
    .text(
      'a host key, "ssh-ed25519 AAAA..."',
      (key) => /^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/.test(key),
      "is no host key",
      'use type and key as "ssh-keyscan -t ed25519 HOST" prints them after the host',
    )
    .optional()
    .describe("Public host key of the SFTP server; only where `to` begins with sftp."),
  verify: length()
    .default("1d")
    .describe(
      "How often the newest backup is restored on a member, apart from the cluster, started and counted; a seventh of all data is read with it.",
    ),
});

/** etcd.restore: a command, done once for its number. */
export const restore = z.strictObject({
  snapshot: f
    .text(
      '"latest" or a backup\'s id',
      (text) => /^(latest|[0-9a-f]{8,64})$/.test(text),
      "is no backup",
      'use "latest", or an id as in "4f1d8a2b"',
    )
    .default("latest")
    .describe("Which backup etcd is set back to."),
  generation: f
    .integer(1, 999_999)
    .describe("The number of this restore. It is done once: only a higher number restores again."),
});

type BackupSettings = z.output<typeof backup>;

/** What a stack says of backups, the files on this computer by their absolute paths. */
export type BackupConfig = Readonly<BackupSettings>;
export type RestoreConfig = Readonly<z.output<typeof restore>>;

/** What of the stack's settings backups follow. */
export interface BackupSection {
  readonly backup?: BackupConfig;
  readonly restore?: RestoreConfig;
}

interface Configured {
  readonly etcd: {
    readonly backup?: BackupSettings;
    readonly restore?: RestoreConfig;
    readonly dataDir: string;
    readonly extraArgs: Readonly<Record<string, unknown>>;
  };
}

/** Directories that go with a cluster, a machine's boot, or the programs that they are of. */
function fleetingFor(to: string, { dataDir, extraArgs }: Configured["etcd"]): boolean {
  const data = [dataDir, extraArgs["wal-dir"]].filter((path) => typeof path === "string");
  const own = ["/var/lib/keelson", "/etc/kubernetes", "/etc/etcd", "/var/lib/docker", ...data];
  const isIn = (path: string, directory: string) => path === directory || path.startsWith(`${directory}/`);
  return (
    isFleeting(to) ||
    own.some((directory) => isIn(to, directory)) ||
    data.some((directory) => isIn(directory, to)) ||
    directoriesOfPrograms.some((pattern) => new RegExp(pattern).test(to))
  );
}

export function backupConfig({ etcd: { backup, restore } }: Configured, context: Context): BackupSection {
  const file = backup?.privateKeyFile;
  return {
    ...(backup ? { backup: { ...backup, ...(file ? { privateKeyFile: expand(file, context) } : {}) } } : {}),
    ...(restore ? { restore } : {}),
  };
}

interface Subject {
  readonly configuration: Configured;
  readonly context: Context;
}

/** What a backup's place needs, and what is for another. */
export function* backupChecks({ configuration, context }: Subject): Generator<Contradiction> {
  const { backup, restore, extraArgs } = configuration.etcd;
  if (restore && !backup) {
    const message = "is there, and no etcd.backup that says where backups are: set it too";
    yield { path: ["etcd", "restore"], uses: [["etcd", "backup"]], message };
  }
  if (restore && extraArgs["wal-dir"] !== undefined) {
    const message =
      "restores etcd.dataDir alone, and etcd.extraArgs.wal-dir keeps a part of the data elsewhere: restore by hand";
    yield { path: ["etcd", "restore"], uses: [["etcd", "extraArgs", "wal-dir"]], message };
  }
  if (!backup) return;
  const kind = kindOf(backup.to);
  if (kind === "path" && fleetingFor(backup.to, configuration.etcd)) {
    const message = `${show(backup.to)} is emptied when a machine boots, or when it leaves, and backups would go with it: use a directory of their own, as in "/srv/etcd-backups"`;
    yield { path: ["etcd", "backup", "to"], uses: [["etcd", "dataDir"]], message };
  }
  for (const [field, its] of Object.entries(only)) {
    const given = backup[field as keyof typeof only] !== undefined;
    const at = { path: ["etcd", "backup", field], uses: [["etcd", "backup", "to"]] };
    if (given && kind !== its) {
      yield { ...at, message: `is for "${its}:", and backups go to ${show(backup.to)}: leave it out` };
    }
    if (!given && kind === its) yield { ...at, message: `is missing: backups go to ${show(backup.to)}` };
  }
  if (kind === "sftp" && backup.privateKeyFile !== undefined) yield* keyChecks(backup.privateKeyFile, context);
}

/** Members log in with nobody there to give a passphrase, and would be the first to find out. */
function* keyChecks(file: string, context: Context): Generator<Contradiction> {
  const way = "name a file with a private key without a passphrase, or make one with ssh-keygen -t ed25519 -N ''";
  const { text = "", kind } = contentOf(expand(file, context), context);
  const isEncrypted = kind === "encrypted" || text.includes("BEGIN ENCRYPTED PRIVATE KEY");
  const found = isEncrypted ? "is encrypted" : kind === "none" ? "has no private key in it" : undefined;
  // Whoever only looks needs no such file: that it is not there is told by what reads it.
  if (found === undefined) return;
  const path = ["etcd", "backup", "privateKeyFile"];
  yield { path, uses: [["etcd", "backup", "to"]], message: `${show(file)} ${found}: ${way}` };
}

const only = { accessKey: "s3", secretKey: "s3", privateKeyFile: "sftp", hostKey: "sftp" } as const;

/** Of what kind a place for backups is. */
export function kindOf(to: string): "path" | "sftp" | "s3" {
  return to.startsWith("sftp:") ? "sftp" : to.startsWith("s3:") ? "s3" : "path";
}

/** User, host and path of an SFTP server. */
export function sftpParts(to: string): { readonly user: string; readonly host: string; readonly path: string } {
  const [, user = "", host = "", path = ""] = sftp.exec(to) ?? [];
  return { user, host, path };
}
