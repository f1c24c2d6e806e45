/**
 * Figures, in one run on the same machines: the program beside a plain script that builds the same cluster. Noise is the
 * same for both, so ratios are what counts.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { bundleDirectory } from "../../components/artifacts/cache";
import { backupLine } from "./backup";
import { Floor } from "./floor";
import { noopLine } from "./noop";
import { scaleLines } from "./scale";
import { surveyLine } from "./survey";
import { here, TestStack, type Run } from "../support/stack";

const cluster = (workers: number) => [
  { name: "master-1", roles: ["master", "etcd"] },
  ...Array.from({ length: workers }, (_, index) => ({ name: `worker-${index + 1}`, roles: ["worker"] })),
];
/** Workers of the clusters whose times make the growth, and how much longer the larger one may take on two cores. */
const [small, large, growthGoal] = [1, 6, 1.5];
/** How much longer than the floor an up may take that builds or adds machines. */
const floorGoal = 1.15;

interface Figure {
  readonly what: string;
  readonly seconds: number;
  readonly phases: readonly string[];
  /** The floor that it is compared with. */
  readonly floor: string;
}

const floorOf = (workers: number) => `floor, ${workers + 1} machines`;
const moreFloor = "floor, one more worker";

/** Times commands of one stack, and the floor for its machines. */
class Bench {
  readonly figures: Figure[] = [];
  /** What the floors took, seconds. */
  readonly floors = new Map<string, number>();
  readonly stack = new TestStack("bench", {
    provider: "local",
    local: { subnet: "172.31.244.0/24" },
    machines: cluster(2),
  });

  async measure(what: string, command: string, floor = floorOf(2)): Promise<number> {
    process.stderr.write(`  now      ${what}\n`);
    const { seconds, run } = await timed(() => this.stack.succeed(command));
    this.figures.push({ what, seconds, phases: phasesOf(run), floor });
    return seconds;
  }

  /** `up`, then the floor in its place, so that nothing else runs beside either; gives what `up` took. */
  async besideFloor(what: string, workers: number, more = 0): Promise<number> {
    const name = floorOf(workers);
    this.stack.change({ machines: cluster(workers) });
    const seconds = await this.measure(what, "up", name);
    const floor = new Floor(this.stack, more);
    await this.measure(`destroy, ${workers + 1} machines`, "destroy", name);
    process.stderr.write("  now      floor\n");
    const run = floor.run();
    this.floors.set(name, run.seconds);
    this.figures.push({ ...run, what: name, floor: name });
    if (run.more !== undefined) {
      this.floors.set(moreFloor, run.more);
      this.figures.push({ what: moreFloor, seconds: run.more, phases: [], floor: moreFloor });
    }
    return seconds;
  }
}

async function main(): Promise<void> {
  const bench = new Bench();
  const lines: string[] = [];
  try {
    await measureClusters(bench, lines);
    lines.push(...(await scaleLines()));
    lines.push(await surveyLine());
    lines.push(await backupLine());
    lines.push(coldLine());
  } finally {
    // Half an hour's figures are told, whatever comes after them.
    print(bench);
    process.stdout.write(`\n${lines.join("\n")}\n`);
  }
}

/** On machines that are gone when it is done: nothing else is measured beside them. */
async function measureClusters(bench: Bench, lines: string[]): Promise<void> {
  try {
    dropCaches();
    await bench.besideFloor("up, cold page cache", 2, 1);
    await bench.measure("up, warm", "up");
    await bench.measure("up, nothing to do", "up");
    lines.push(await noopLine(bench.stack));
    bench.stack.change({ machines: cluster(3) });
    await bench.measure("up, one more worker", "up", moreFloor);
    await bench.measure("destroy, 4 machines", "destroy");
    const one = await bench.besideFloor(`up, ${small + 1} machines`, small);
    const more = await bench.besideFloor(`up, ${large + 1} machines`, large);
    const [least = NaN, most = NaN] = [small, large].map((workers) => bench.floors.get(floorOf(workers)));
    lines.push(
      `growth, ${large} workers to ${small}: up ${(more / one).toFixed(2)} (goal ${growthGoal}), floor ${(most / least).toFixed(2)}`,
    );
  } finally {
    await bench.stack.remove();
  }
}

async function timed(action: () => Promise<Run>): Promise<{ readonly seconds: number; readonly run: Run }> {
  const began = Date.now();
  const run = await action();
  return { seconds: (Date.now() - began) / 1000, run };
}

/** What came before the first `up` on this computer: everything that a cluster of local machines needs was built then. */
function coldLine(): string {
  const goal = 12;
  try {
    const seconds = Number(readFileSync(join(dirname(bundleDirectory()), "first-setup"), "utf8"));
    return `cold start: all was built here in ${(seconds / 60).toFixed(1)} min, before the first up (goal ${goal}, with that up)`;
  } catch {
    return `cold start: not known, for what is kept here was built before that was noted (goal ${goal} min)`;
  }
}

/** What lies in memory of the disk is forgotten: as after a computer's start. */
function dropCaches(): void {
  here("sync");
  try {
    appendFileSync("/proc/sys/vm/drop_caches", "3");
  } catch {
    process.stderr.write("  note    the page cache cannot be dropped here: the cold figure is a warm one\n");
  }
}

/** The longest step of each chapter, from the lines that the run told. */
function phasesOf({ output }: Run): readonly string[] {
  const longest = new Map<string, number>();
  for (const [, phase, seconds] of output.matchAll(/^ {2}(?:done|changed|removed) +(\w+) +\S+ +([\d.]+) s/gm)) {
    longest.set(phase ?? "", Math.max(longest.get(phase ?? "") ?? 0, Number(seconds)));
  }
  return [...longest].filter(([, seconds]) => seconds >= 0.5).map(([phase, seconds]) => `${phase} ${seconds}`);
}

function print({ figures, floors }: Bench): void {
  process.stdout.write(`${"".padEnd(26)}seconds  of floor  longest step of each chapter, seconds\n`);
  process.stdout.write(`${"goals of up".padEnd(33)}${String(floorGoal).padStart(10)}\n`);
  for (const { what, seconds, phases, floor } of figures) {
    const ratio = (seconds / (floors.get(floor) ?? NaN)).toFixed(2);
    process.stdout.write(
      `${what.padEnd(26)}${seconds.toFixed(1).padStart(7)}${ratio.padStart(10)}  ${phases.join(", ")}\n`,
    );
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
