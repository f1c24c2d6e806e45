/**
 * What a cluster of many machines costs where all but the machines is real: SSH servers on loopback that only pretend are built to
 * a cluster by the engine and its plugins. Sizes in the state, resources, logins, and bytes that the backend writes.
 */
import { mkdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

import { Crowd } from "../support/crowd";
import { SshKeys } from "../support/sshKeys";
import { root, TestStack } from "../support/stack";

/** What it may cost. */
const goals = { worker: 25, master: 40, resources: 6, building: 4, asking: 1, written: 1 };
/** Machines for which is reckoned what a backend of one file writes: the file grows with them, and so does the number of times. */
const reckoned = 200;

/** One resource as an export has it. */
interface Kept {
  readonly urn: string;
  readonly custom?: boolean;
}

/** Lines for people. */
export async function crowdLines(workers = 20): Promise<readonly string[]> {
  const keys = new SshKeys();
  const names = ["master-1", ...Array.from({ length: workers }, (_, index) => `worker-${index + 1}`)];
  const crowd = new Crowd(names);
  const ssh = { user: "root", privateKeyFile: keys.make("id") };
  await crowd.listen(keys.publicKey("id"));
  const stack = new TestStack("bench-crowd", {
    provider: "ssh",
    ssh,
    machines: crowd.machines,
    workloads: { enabled: false },
  });
  const written = new Written("bench-crowd");
  try {
    const began = Date.now();
    await stack.succeed("up");
    const seconds = (Date.now() - began) / 1000;
    const building = crowd.logins("worker-1");
    const bytes = written.end();
    await stack.succeed("up");
    const asking = crowd.logins("worker-1") - building;
    const kept = resourcesOf(await stack.succeedPulumi("stack", "export"));
    const size = (name: string) => sizes(kept, name).reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
    const all = kept.reduce((sum, resource) => sum + JSON.stringify(resource).length, 0) / 1000;
    return [
      `state of a cluster of ${workers + 1} machines: ${size("worker-1").toFixed(1)} KB a worker (goal ${goals.worker}), ` +
        `${size("master-1").toFixed(1)} KB the master (goal ${goals.master}), ${all.toFixed(0)} KB in all`,
      `resources of a worker: ${sizes(kept, "worker-1").length} (goal ${goals.resources})`,
      `logins on a worker: ${building} to build it (goal ${goals.building}), ${asking} where nothing changes (goal ${goals.asking})`,
      `up: ${seconds.toFixed(1)} s, ${(bytes / 1e6).toFixed(1)} MB written by the backend; reckoned for ${reckoned} machines ` +
        `${((bytes / 1e9) * (reckoned / names.length) ** 2).toFixed(0)} GB (goal ${goals.written})`,
    ];
  } finally {
    written.end();
    await stack.remove();
    await crowd.close();
    keys.remove();
  }
}

function resourcesOf(exported: string): readonly Kept[] {
  return (JSON.parse(exported) as { readonly deployment: { readonly resources: readonly Kept[] } }).deployment
    .resources;
}

/** What the state has of one machine: bytes of each of its resources. */
function sizes(kept: readonly Kept[], machine: string): readonly { readonly urn: string; readonly bytes: number }[] {
  const own = new RegExp(`::${machine}(-[a-z-]+)?$`);
  return kept
    .filter(({ urn }) => own.test(urn))
    .map((resource) => ({ urn: resource.urn, bytes: JSON.stringify(resource).length }));
}

/** Counts what is written into the state of a stack, by the sizes of its file whenever it was replaced. */
class Written {
  private bytes = 0;
  private readonly watcher;

  constructor(stack: string) {
    const directory = join(root, ".keelson", "state", ".pulumi", "stacks", "keelson");
    mkdirSync(directory, { recursive: true });
    this.watcher = watch(directory, (event, name) => {
      if (event !== "rename" || !name?.startsWith(`${stack}.json`)) return;
      try {
        this.bytes += statSync(join(directory, name)).size;
      } catch {
        // It was moved on by now.
      }
    });
  }

  end(): number {
    this.watcher.close();
    return this.bytes;
  }
}

if (require.main === module) {
  crowdLines(Number(process.argv[2] ?? 20)).then(
    (lines) => process.stdout.write(`${lines.join("\n")}\n`),
    (error: unknown) => {
      process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
