/** A preview of many machines by the real engine, which connects to none of them: how long, and how much memory. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { keyPair } from "../../components/local/keys";
import { hostKey } from "../golden/topologies";
import { TestStack } from "../support/stack";

/** What the preview may cost. */
const goals = { seconds: 10, megabytes: 1000 };
const count = 200;

export interface Scale {
  readonly seconds: number;
  /** Resident memory of the program, the engine and its plugins together, at its highest; what they share counts once. */
  readonly megabytes: number;
}

/** Previews a new stack of that many machines that answer over SSH; one is the master. */
export async function previewOf(machines: number): Promise<Scale> {
  const directory = mkdtempSync(join(tmpdir(), "keelson-scale-"));
  const privateKeyFile = join(directory, "id_ed25519");
  keyPair(privateKeyFile);
  const stack = new TestStack("bench-scale", {
    provider: "ssh",
    ssh: { user: "admin", privateKeyFile },
    machines: Array.from({ length: machines }, (_, index) => machine(index)),
  });
  try {
    const memory = new Memory();
    const began = Date.now();
    const { output } = await stack.succeed("preview");
    const seconds = (Date.now() - began) / 1000;
    // Seven scripts and a node for each machine, and what the cluster has besides.
    const planned = Number(/\+ (\d+) to create/.exec(output)?.[1]);
    if (!(planned > machines * 8)) throw new Error(`the preview plans ${planned} resources:\n${output.slice(-2000)}`);
    return { seconds, megabytes: memory.end() };
  } finally {
    await stack.remove();
    rmSync(directory, { recursive: true });
  }
}

function machine(index: number): object {
  const name = index === 0 ? "master-1" : `worker-${index}`;
  const roles = index === 0 ? ["master", "etcd"] : ["worker"];
  const address = `198.51.${100 + Math.floor(index / 250)}.${1 + (index % 250)}`;
  return { name, roles, address, ssh: { hostKey: hostKey(name) } };
}

/** The most that this process's descendants have together, looked at twice a second. */
class Memory {
  private highest = 0;
  private readonly timer = setInterval(() => (this.highest = Math.max(this.highest, descendants(process.pid))), 500);

  end(): number {
    clearInterval(this.timer);
    return this.highest / 1024;
  }
}

/** Memory of all processes below one, KiB. Source: proc(5). */
function descendants(root: number): number {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: field(`/proc/${name}/status`, "PPid") }));
  const below = new Set([root]);
  // A parent is nearly always the older one; whoever is not found this time is found the next.
  for (const { pid, parent } of all.sort((a, b) => a.pid - b.pid)) if (below.has(parent)) below.add(pid);
  below.delete(root);
  return [...below].reduce((sum, pid) => sum + field(`/proc/${pid}/smaps_rollup`, "Pss"), 0);
}

/** A number in a file of a process; 0 where the process is gone. */
function field(file: string, name: string): number {
  try {
    return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(readFileSync(file, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** One line for people. */
export async function scaleLine(): Promise<string> {
  const { seconds, megabytes } = await previewOf(count);
  return `preview of ${count} machines: ${seconds.toFixed(1)} s (goal ${goals.seconds}), ${megabytes.toFixed(0)} MB at most (goal ${goals.megabytes})`;
}

if (require.main === module) {
  scaleLine().then(
    (line) => process.stdout.write(`${line}\n`),
    (error: unknown) => {
      process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
