import { readFileSync } from "node:fs";

import { snapshotScript } from "../etcd";
import { etcdMembersOf } from "../machine";
import { composeLook } from "../script";
import type { UpgradeArgs } from "./index";
import { runOn, wayOf } from "./ask";

/** Longest wait for one member, milliseconds: etcd may have gigabytes. */
const patience = 700_000;

/**
 * Has the first member of etcd that can keep a snapshot from before an upgrade, and tells where. One of a run that ended here, and of
 * earlier upgrades, makes room for it.
 */
export async function snapshotBefore(release: string, args: UpgradeArgs): Promise<string> {
  const script = `${readFileSync(snapshotScript, "utf8")}
find "$SNAPSHOTS" -name 'before-*.db' -mmin +60 -delete 2>/dev/null || true
snapshot_before "$RELEASE"`;
  const faults: string[] = [];
  const way = wayOf(args, patience);
  for (const { name } of etcdMembersOf(args.environment)) {
    const answer = await runOn(name, composeLook(script, { RELEASE: release }), args, patience, way);
    const said = answer?.output.split("\n").at(-1) ?? "it did not answer";
    if (answer?.status === 0) {
      way?.close();
      return said;
    }
    faults.push(`${name}: ${said}`);
  }
  way?.close();
  throw new Error(
    `no member of etcd keeps a snapshot from before the upgrade; nothing was restarted: ${faults.join("; ")}`,
  );
}
