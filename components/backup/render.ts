import { existsSync, readFileSync } from "node:fs";

import { secondsOf } from "../certificates/settings";
import type { ScriptFile } from "../script";
import { kindOf, sftpParts, type BackupConfig } from "./settings";

/** What makes a backup on a member when it is run with "now", and one that is due with "timer". backup.sh puts it there. */
export const backupProgram = "/usr/local/lib/keelson/etcd-backup";

const directory = "/etc/etcd/backup";
const host = "backup";

/** Where restic finds the repository: an SFTP server by a name of which ssh's configuration knows the rest. */
function repositoryOf(to: string): string {
  return kindOf(to) === "sftp" ? `sftp:${host}:${sftpParts(to).path}` : to;
}

/** What restic is told besides: how to reach an SFTP server. */
export function resticOptions({ to }: BackupConfig): readonly string[] {
  return kindOf(to) === "sftp" ? ["-o", `sftp.command=ssh -F ${directory}/ssh_config ${host} -s sftp`] : [];
}

/** How a server is reached and known; the key is a secret, and is put there apart. */
function sshFiles({ to, hostKey = "" }: BackupConfig): readonly ScriptFile[] {
  if (kindOf(to) !== "sftp") return [];
  const { user, host: name } = sftpParts(to);
  return [
    {
      path: `${directory}/ssh_config`,
      content: `Host ${host}
  HostName ${name}
  HostKeyAlias ${host}
  User ${user}
  IdentityFile ${directory}/key
  IdentitiesOnly yes
  BatchMode yes
  ConnectTimeout 20
  ServerAliveInterval 15
  StrictHostKeyChecking yes
  UserKnownHostsFile ${directory}/known_hosts
`,
    },
    { path: `${directory}/known_hosts`, content: `${host} ${hostKey}\n` },
  ];
}

/** The variables by which restic opens the repository, as bash reads them; base64, and a secret. */
export function environmentFile({ to, password, accessKey, secretKey }: BackupConfig): string {
  const variables = {
    RESTIC_REPOSITORY: repositoryOf(to),
    RESTIC_PASSWORD: password.reveal(),
    AWS_ACCESS_KEY_ID: accessKey?.reveal(),
    AWS_SECRET_ACCESS_KEY: secretKey?.reveal(),
  };
  const lines = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value.replace(/["\\$`]/g, "\\$&")}"\n`],
  );
  return base64(lines.join(""));
}

/** The key by which members log in at an SFTP server; base64, and a secret. "" where there is none. */
export function keyFile({ to, privateKeyFile }: BackupConfig): string {
  if (kindOf(to) !== "sftp" || privateKeyFile === undefined) return "";
  if (!existsSync(privateKeyFile)) {
    throw new Error(`etcd.backup.privateKeyFile: "${privateKeyFile}" is not there: members log in with it for backups`);
  }
  return base64(`${readFileSync(privateKeyFile, "utf8").trimEnd()}\n`);
}

/** restic's words for what is kept. */
export function keepFlags({ keep }: BackupConfig): readonly string[] {
  const units: Readonly<Record<string, string>> = { h: "hourly", d: "daily", w: "weekly", m: "monthly", y: "yearly" };
  return keep.split("+").flatMap((part) => [`--keep-${units[part.slice(-1)] ?? ""}`, part.slice(0, -1)]);
}

/** Packages of the distribution that a place for backups needs. */
export function packagesFor({ to }: BackupConfig): readonly string[] {
  return ["restic", ...(kindOf(to) === "sftp" ? ["openssh-client"] : [])];
}

/** What a member has for its backups that is no secret: the units of its timer, and how a server is reached. */
export function backupFiles(backup: BackupConfig): readonly ScriptFile[] {
  const unit = "/etc/systemd/system/keelson-etcd-backup";
  const every = secondsOf(backup.every) ?? 3600;
  return [
    {
      path: `${unit}.service`,
      content: `[Unit]
Description=Backup of etcd where one is due
ConditionPathExists=/etc/etcd/pki/etcd/healthcheck-client.crt
${kindOf(backup.to) === "path" ? `RequiresMountsFor=${backup.to}\n` : ""}
[Service]
Type=oneshot
ExecStart=/bin/bash ${backupProgram} timer
Nice=10
TimeoutStartSec=2h
`,
    },
    {
      path: `${unit}.timer`,
      content: `[Unit]
Description=Look at whether a backup of etcd is due

[Timer]
OnActiveSec=1min
OnUnitInactiveSec=${every}
RandomizedDelaySec=${Math.min(Math.floor(every / 10), 300)}
AccuracySec=1s

[Install]
WantedBy=timers.target
`,
    },
    ...sshFiles(backup),
  ];
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
