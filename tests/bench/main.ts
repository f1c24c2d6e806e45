/**
 * Figures, in one run on the same machines: the program beside a plain script that builds the same cluster. Noise is the
 * same for both, so ratios are what counts.
 */
import { appendFileSync } from "node:fs";

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

interface Figure {
  readonly what: string;
  readonly seconds: number;
  readonly phases: readonly string[];
  /** Workers of the floor that it is compared with. */
  readonly workers: number;
}

/** Times commands of one stack, and the floor for its machines. */
class Bench {
  readonly figures: Figure[] = [];
  /** What the floor took, seconds, by its number of workers. */
  readonly floors = new Map<number, number>();
  readonly stack = new TestStack("bench", {
    provider: "local",
    local: { subnet: "172.31.244.0/24" },
    machines: cluster(2),
  });

  async measure(what: string, command: string, workers = 2): Promise<number> {
    process.stderr.write(`  now      ${what}\n`);
    const { seconds, run } = await timed(() => this.stack.succeed(command));
    this.figures.push({ what, seconds, phases: phasesOf(run), workers });
    return seconds;
  }

  /** `up`, then the floor in its place, so that nothing else runs beside either; gives what `up` took. */
  async besideFloor(what: string, workers: number): Promise<number> {
    this.stack.change({ machines: cluster(workers) });
    const seconds = await this.measure(what, "up", workers);
    const floor = new Floor(this.stack);
    await this.measure(`destroy, ${workers + 1} machines`, "destroy", workers);
    process.stderr.write("  now      floor\n");
    const run = floor.run();
    this.floors.set(workers, run.seconds);
    this.figures.push({ ...run, what: `floor, ${workers + 1} machines`, workers });
    return seconds;
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
    lines.push(await noopLine(bench.stack));
    bench.stack.change({ machines: cluster(3) });
    await bench.measure("up, one more worker", "up");
    await bench.measure("destroy, 4 machines", "destroy");
    const one = await bench.besideFloor(`up, ${small + 1} machines`, small);
    const more = await bench.besideFloor(`up, ${large + 1} machines`, large);
    const floors = (bench.floors.get(large) ?? NaN) / (bench.floors.get(small) ?? NaN);
    lines.push(
      `growth, ${large} workers to ${small}: up ${(more / one).toFixed(2)} (goal ${growthGoal}), floor ${floors.toFixed(2)}`,
    );
  } finally {
    await bench.stack.remove();
  }
  lines.push(...(await scaleLines()), await surveyLine(), await backupLine());
  print(bench);
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

function print({ figures, floors }: Bench): void {
  process.stdout.write(`${"".padEnd(26)}seconds  of floor  longest step of each chapter, seconds\n`);
  for (const { what, seconds, phases, workers } of figures) {
    const ratio = (seconds / (floors.get(workers) ?? NaN)).toFixed(2);
    process.stdout.write(
      `${what.padEnd(26)}${seconds.toFixed(1).padStart(7)}${ratio.padStart(10)}  ${phases.join(", ")}\n`,
    );
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
