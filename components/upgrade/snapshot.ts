import { readFileSync } from "node:fs";

import { backupProgram } from "../backup";
import { snapshotScripts } from "../etcd";
import { etcdMembersOf } from "../machine";
import { composeLook } from "../script";
import { answerOf, throughBastion, type Session } from "../ssh";
import type { UpgradeArgs } from "./index";

/** Longest wait for one member, milliseconds: etcd may have gigabytes. */
const patience = 700_000;

/** Where backups begin with this very change, there is nothing yet that makes one. */
const backup = `if [ -e "$BACKUP_PROGRAM" ]; then bash "$BACKUP_PROGRAM" now; else log "etcd is not backed up before this upgrade: backups begin with it"; fi`;

/**
 * Has the first member of etcd that can keep a snapshot from before an upgrade, and one put a backup where the stack's backups are, if it
 * has any; tells where.
 */
export async function snapshotBefore(release: string, args: UpgradeArgs): Promise<readonly string[]> {
  return throughBastion(args.environment.ssh.bastion, 10 * patience, async (way) => {
    const snapshot = [
      ...snapshotScripts.map((file) => readFileSync(file, "utf8")),
      'snapshot_before "$RELEASE" "$BEGUN"',
    ];
    const BEGUN = Object.values(args.running.apiServers).includes(release);
    const keeping = composeLook(snapshot.join("\n"), { RELEASE: release, BEGUN });
    const told = [await byAMember(keeping, "keeps a snapshot from before the upgrade", args, way)];
    if (!args.environment.etcd.backup) return told;
    const saving = composeLook(backup, { BACKUP_PROGRAM: backupProgram });
    return [...told, await byAMember(saving, "makes a backup before the upgrade", args, way)];
  });
}

async function byAMember(program: string, does: string, args: UpgradeArgs, way?: Session): Promise<string> {
  const faults: string[] = [];
  for (const { name } of etcdMembersOf(args.environment)) {
    const to = args.login(name);
    const answer = to && (await answerOf(to, program, patience, way));
    const said = answer?.output.split("\n").at(-1) ?? "it did not answer";
    if (answer?.status === 0) return said;
    faults.push(`${name}: ${said}`);
  }
  throw new Error(`no member of etcd ${does}; nothing was restarted: ${faults.join("; ")}`);
}
