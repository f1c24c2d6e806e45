import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { programs, type EtcdMember } from "./etcdMember";
import { Host, type Result } from "./host";

/** Gives a member of etcd what backs it up to a repository of restic. */
export function backedUp({ host }: EtcdMember, repository: string): void {
  host.stub("etcd", `exec '${join(programs, "etcd")}' "$@"`);
  mkdirSync(host.path("usr/local/lib/keelson"), { recursive: true });
  symlinkSync(join(programs, "etcdutl"), host.path("usr/local/lib/keelson/etcdutl"));
  host.write(
    "etc/etcd/backup/environment",
    `RESTIC_REPOSITORY="${repository}"\nRESTIC_PASSWORD="a \\"word\\" \\$HOME"\nAWS_ACCESS_KEY_ID="k"\nAWS_SECRET_ACCESS_KEY="s"\n`,
  );
}

const uses = ["etcd/ask", "etcd/snapshot", "backup/repository", "backup/verify", "backup/run"].map((path) =>
  Host.script(`${path}.sh`),
);

/** Runs lines on a member with all functions of backups at hand, and the program there that its timer starts. */
export function on({ host, name }: EtcdMember, body: string, every = 3600, verify = 86_400): Result {
  const values = {
    NAME: name,
    EVERY: every,
    VERIFY: verify,
    KEEP: ["--keep-hourly", "24"],
    CLUSTER: "test",
    ETCD_PREFIX: "/things",
    RESTIC_OPTIONS: [],
  };
  const put = `program_of 'run_backup "$@"' | put "$BACKUP_PROGRAM" 0700\n`;
  return host.up(`${put}${body}`, { uses, values, secrets: [] });
}
