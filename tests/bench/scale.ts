/**
 * What many machines cost in a preview: the program by itself, on mocks, and all of it with the real engine, which connects
 * to none of them. How long, and how much memory.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { crowdLines } from "./crowd";
import { keyPair } from "../../components/local/keys";
import { hostKey } from "../golden/topologies";
import { program, root, TestStack } from "../support/stack";

/** What a preview may cost, of the program by itself and with all that it needs, and how much longer the larger cluster's may take. */
const goals = { alone: "20 s, 1500 MB", whole: "60 s", growth: 11 };
/** Machines of the clusters whose times make the growth. */
const [small, large] = [100, 1000];
/** Of one stack: its configuration reaches the program as one variable of the environment, of 128 KiB at most. Source: execve(2). */
const ofOneStack = 700;

interface Cost {
  readonly seconds: number;
  /** Resident memory at its highest. */
  readonly megabytes: number;
}

type Configuration = Readonly<Record<string, unknown>>;

/** A new stack of that many machines that answer over SSH; one is the master. */
function configuration(machines: number, privateKeyFile: string): Configuration {
  return {
    provider: "ssh",
    // Nobody is there to be asked.
    survey: "off",
    ssh: { user: "admin", privateKeyFile },
    kubernetes: { networking: { podSubnet: "10.240.0.0/13" } },
    machines: Array.from({ length: machines }, (_, index) => machine(index)),
  };
}

function machine(index: number): object {
  const name = index === 0 ? "master-1" : `worker-${index}`;
  const roles = index === 0 ? ["master", "etcd"] : ["worker"];
  const address = `198.51.${100 + Math.floor(index / 250)}.${1 + (index % 250)}`;
  return { name, roles, address, ssh: { hostKey: hostKey(name) } };
}

/** The program on mocks. */
function alone(config: Configuration): Cost {
  const began = Date.now();
  const output = execFileSync(process.execPath, program("tests/bench/alone.ts"), {
    cwd: root,
    input: JSON.stringify(config),
    encoding: "utf8",
  });
  const [, resources, kibibytes] = /^(\d+) resources, (\d+) KiB$/m.exec(output) ?? [];
  haveAll(Number(resources), config, output);
  return { seconds: (Date.now() - began) / 1000, megabytes: Number(kibibytes) / 1024 };
}

/** The command line, the engine and its plugins; what they share of memory counts once. */
async function withEngine(config: Configuration): Promise<Cost> {
  const stack = new TestStack("bench-scale", config);
  const memory = new Memory();
  try {
    const began = Date.now();
    const { output } = await stack.succeed("preview");
    const seconds = (Date.now() - began) / 1000;
    haveAll(Number(/^resources: (\d+) to create/m.exec(output)?.[1]), config, output);
    return { seconds, megabytes: memory.end() };
  } finally {
    memory.end();
    await stack.remove();
  }
}

/** Eight scripts and a node for each machine, and what the cluster has besides. */
function haveAll(resources: number, { machines }: Configuration, output: string): void {
  const { length } = machines as readonly unknown[];
  if (!(resources > length * 8)) throw new Error(`the preview plans ${resources} resources:\n${output.slice(-2000)}`);
}

/** The most that this process's descendants have together, looked at every second: looking costs as well. */
class Memory {
  private highest = 0;
  private readonly timer = setInterval(() => (this.highest = Math.max(this.highest, descendants(process.pid))), 1000);

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

/** Lines for people. */
export async function scaleLines(): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), "keelson-scale-"));
  try {
    const privateKeyFile = join(directory, "id_ed25519");
    keyPair(privateKeyFile);
    const [few, many, most] = [small, large, ofOneStack].map((machines) => configuration(machines, privateKeyFile));
    if (!few || !many || !most) return [];
    const [hundred, thousand, whole] = [alone(few), alone(many), await withEngine(most)];
    const growth = (thousand.seconds / hundred.seconds).toFixed(1);
    return [
      `preview of ${large} machines, the program on mocks: ${told(thousand)} (goal ${goals.alone})`,
      `  ${growth} times that of ${small} machines, ${told(hundred)} (goal ${goals.growth})`,
      `preview of ${ofOneStack} machines, with engine and plugins: ${told(whole)} (goal ${goals.whole})`,
      ...(await crowdLines()),
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const told = ({ seconds, megabytes }: Cost) => `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`;

if (require.main === module) {
  scaleLines().then(
    (lines) => process.stdout.write(`${lines.join("\n")}\n`),
    (error: unknown) => {
      process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
