import { readFileSync } from "node:fs";

import { snapshotScripts } from "../etcd";
import { etcdMembersOf } from "../machine";
import { composeLook } from "../script";
import { answerOf, throughBastion } from "../ssh";
import type { UpgradeArgs } from "./index";

/** Longest wait for one member, milliseconds: etcd may have gigabytes. */
const patience = 700_000;

/** Has the first member of etcd that can keep a snapshot from before an upgrade, and tells where. */
export async function snapshotBefore(release: string, args: UpgradeArgs): Promise<string> {
  const script = `${snapshotScripts.map((file) => readFileSync(file, "utf8")).join("\n")}\nsnapshot_before "$RELEASE"`;
  const faults: string[] = [];
  return throughBastion(args.environment.ssh.bastion, 10 * patience, async (way) => {
    for (const { name } of etcdMembersOf(args.environment)) {
      const to = args.login(name);
      const answer = to && (await answerOf(to, composeLook(script, { RELEASE: release }), patience, way));
      const said = answer?.output.split("\n").at(-1) ?? "it did not answer";
      if (answer?.status === 0) return said;
      faults.push(`${name}: ${said}`);
    }
    throw new Error(
      `no member of etcd keeps a snapshot from before the upgrade; nothing was restarted: ${faults.join("; ")}`,
    );
  });
}
