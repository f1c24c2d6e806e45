/**
 * Figures, in one run on the same machines: the program beside a plain script that builds the same cluster. Noise is the
 * same for both, so ratios are what counts.
 */
import { appendFileSync } from "node:fs";

import { Floor } from "./floor";
import { here, TestStack, type Run } from "../support/stack";

const machines = [
  { name: "master-1", roles: ["master", "etcd"] },
  { name: "worker-1", roles: ["worker"] },
  { name: "worker-2", roles: ["worker"] },
];

interface Figure {
  readonly what: string;
  readonly seconds: number;
  readonly phases?: readonly string[];
}

async function main(): Promise<void> {
  const stack = new TestStack("bench", { provider: "local", local: { subnet: "172.31.244.0/24" }, machines });
  const figures: Figure[] = [];
  const measure = async (what: string, command: string): Promise<void> => {
    process.stderr.write(`  now      ${what}\n`);
    const { seconds, run } = await timed(() => stack.succeed(command));
    figures.push({ what, seconds, phases: phasesOf(run) });
  };
  try {
    dropCaches();
    await measure("up, cold page cache", "up");
    const floor = new Floor(stack);
    await measure("destroy", "destroy");
    process.stderr.write("  now      floor\n");
    figures.push(floor.run());
    await measure("up, warm", "up");
    await measure("up, nothing to do", "up");
    stack.change({ machines: [...machines, { name: "worker-3", roles: ["worker"] }] });
    await measure("up, one more worker", "up");
    await measure("destroy, four machines", "destroy");
  } finally {
    await stack.remove();
  }
  print(figures);
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
  const floor = figures.find(({ what }) => what === "floor")?.seconds ?? NaN;
  process.stdout.write(`${"".padEnd(26)}seconds  of floor  longest step of each chapter, seconds\n`);
  for (const { what, seconds, phases } of figures) {
    const ratio = (seconds / floor).toFixed(2);
    process.stdout.write(
      `${what.padEnd(26)}${seconds.toFixed(1).padStart(7)}${ratio.padStart(10)}  ${(phases ?? []).join(", ")}\n`,
    );
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
