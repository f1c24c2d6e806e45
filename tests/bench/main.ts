/**
 * Figures, in one run on the same machines: the program beside a plain script that builds the same cluster. Noise is the
 * same for both, so ratios are what counts.
 */
import { appendFileSync } from "node:fs";

import { Floor } from "./floor";
import { scaleLine } from "./scale";
import { here, TestStack, type Run } from "../support/stack";

const cluster = (workers: number) => [
  { name: "master-1", roles: ["master", "etcd"] },
  ...Array.from({ length: workers }, (_, index) => ({ name: `worker-${index + 1}`, roles: ["worker"] })),
];
/** Workers of the clusters whose times make the growth, and how much longer the larger one may take on two cores. */
const [small, large, growthGoal] = [1, 6, 1.5];

interface Figure {
  readonly what: string;
  readonly seconds: number;
  readonly phases: readonly string[];
  /** What the floor took for the same machines, seconds. */
  readonly floor: number;
}

/** Times commands of one stack, and the floor for its machines. */
class Bench {
  readonly figures: Figure[] = [];
  readonly stack = new TestStack("bench", {
    provider: "local",
    local: { subnet: "172.31.244.0/24" },
    machines: cluster(2),
  });
  private floor = NaN;

  async measure(what: string, command: string): Promise<number> {
    process.stderr.write(`  now      ${what}\n`);
    const { seconds, run } = await timed(() => this.stack.succeed(command));
    this.figures.push({ what, seconds, phases: phasesOf(run), floor: this.floor });
    return seconds;
  }

  /** `up`, then the floor in its place: nothing else runs beside either. The first figure learns of its floor late. */
  async besideFloor(what: string, workers: number): Promise<{ readonly up: number; readonly floor: number }> {
    this.stack.change({ machines: cluster(workers) });
    const up = await this.measure(what, "up");
    const floor = new Floor(this.stack);
    await this.measure(`destroy, ${workers + 1} machines`, "destroy");
    process.stderr.write("  now      floor\n");
    const { seconds, phases } = floor.run();
    this.floor = seconds;
    const since = this.figures.length - 2;
    this.figures.splice(since, 2, ...this.figures.slice(since).map((figure) => ({ ...figure, floor: seconds })));
    this.figures.push({ what: `floor, ${workers + 1} machines`, seconds, phases, floor: seconds });
    return { up, floor: seconds };
  }
}

async function main(): Promise<void> {
  const bench = new Bench();
  const lines: string[] = [];
  try {
    dropCaches();
    await bench.besideFloor("up, cold page cache", 2);
    await bench.measure("up, warm", "up");
    await bench.measure("up, nothing to do", "up");
    bench.stack.change({ machines: cluster(3) });
    await bench.measure("up, one more worker", "up");
    await bench.measure("destroy, 4 machines", "destroy");
    const one = await bench.besideFloor(`up, ${small} worker`, small);
    const more = await bench.besideFloor(`up, ${large} workers`, large);
    lines.push(
      `growth, ${large} workers to ${small}: up ${(more.up / one.up).toFixed(2)} (goal ${growthGoal}), floor ${(more.floor / one.floor).toFixed(2)}`,
    );
  } finally {
    await bench.stack.remove();
  }
  lines.push(await scaleLine());
  print(bench.figures);
  process.stdout.write(`\n${lines.join("\n")}\n`);
}

async function timed(action: () => Promise<Run>): Promise<{ readonly seconds: number; readonly run: Run }> {
  const began = Date.now();
  const run = await action();
  return { seconds: (Date.now() - began) / 1000, run };
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

function print(figures: readonly Figure[]): void {
  process.stdout.write(`${"".padEnd(26)}seconds  of floor  longest step of each chapter, seconds\n`);
  for (const { what, seconds, phases, floor } of figures) {
    const ratio = (seconds / floor).toFixed(2);
    process.stdout.write(
      `${what.padEnd(26)}${seconds.toFixed(1).padStart(7)}${ratio.padStart(10)}  ${phases.join(", ")}\n`,
    );
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
