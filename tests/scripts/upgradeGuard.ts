import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { defaultVersion } from "../../components/artifacts/lockFile";
import { Host } from "./host";

/** The release whose programs judge. */
export const release = defaultVersion();

const kept = spawnSync(join(__dirname, "../../toolchain/module"), [`kubernetes/${release}`, "--kept"], {
  encoding: "utf8",
});

/** Where its programs are, if they are built on this computer. */
export const builtPrograms = kept.status === 0 ? kept.stdout.trim() : undefined;

/** The look at a machine before an upgrade. */
export const guardText = ["etcd/ask", "kubelet/detected", "upgrade/judge", "upgrade/requests", "upgrade/guard"]
  .map((name) => Host.script(`${name}.sh`))
  .join("\n");
