import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import { snapshotScripts } from "../etcd";
import type { BackupConfig } from "./settings";
import { resticOptions } from "./render";

const file = (name: string) => join(__dirname, name);

/** Functions of a script that reads and writes backups, and the values that they read. */
export const repositoryScripts = [...snapshotScripts, file("repository.sh")];
export const runScripts = [...repositoryScripts, file("verify.sh"), file("run.sh")];

export const backupScript = file("backup.sh");
export const restoreScript = file("restore.sh");

/** Whose backups they are: what the cluster is known by on its machines, "ID STACK", and the name of its stack. */
export interface Owner {
  readonly identity: pulumi.Output<string>;
  readonly stack: string;
}

/**
 * What the functions read that open the repository. Backups of several clusters may be in one, also of clusters of one name: they are told
 * apart by the cluster's id, which stays when its stack is renamed. A state that a run with `--target` left as an earlier release's has none.
 */
export function repositoryValues({ identity, stack }: Owner, backup: BackupConfig) {
  return { CLUSTER: identity.apply((known) => word(known, 0) ?? stack), RESTIC_OPTIONS: resticOptions(backup) };
}

/** By what earlier releases marked them: the names that the stack had then, which are its first and the one of now, with a space between. */
export function earlierMarks({ identity, stack }: Owner): pulumi.Output<string> {
  return identity.apply((known) => [...new Set([word(known, 1) ?? stack, stack])].join(" "));
}

const word = (text: string, index: number) => (text === "" ? undefined : text.split(" ")[index]);
