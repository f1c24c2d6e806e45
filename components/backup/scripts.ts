import { join } from "node:path";

import { snapshotScripts } from "../etcd";
import type { BackupConfig } from "./settings";
import { resticOptions } from "./render";

const file = (name: string) => join(__dirname, name);

/** Functions of a script that reads and writes backups, and the values that they read. */
export const repositoryScripts = [...snapshotScripts, file("repository.sh")];
export const runScripts = [...repositoryScripts, file("verify.sh"), file("run.sh")];

export const backupScript = file("backup.sh");
export const restoreScript = file("restore.sh");

/** What the functions read that open the repository: backups of several clusters may be in one. */
export function repositoryValues(stack: string, backup: BackupConfig) {
  return { CLUSTER: stack, RESTIC_OPTIONS: resticOptions(backup) };
}
