/** Does to a cluster, on machines of this computer, what people report, and says what came of it: main.ts [--write | --only WORDS] */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { format } from "prettier";

import { today } from "../../toolchain/onMachine";
import { bundled } from "../support/releases";
import { clear, root } from "../support/stack";
import type { Fault, Random } from "./fault";
import { elsewhere, faults } from "./faults";
import { Subject } from "./subject";
import { isAsExpected, lineOf, pageOf, type Outcome } from "./table";

/** So long a cluster may take to be well by itself, seconds; and so many runs it gets. */
const [patience, runs] = [240, 3];

async function main(write: boolean, words?: string): Promise<void> {
  const asked = words === undefined ? faults : faults.filter(({ name }) => name.includes(words));
  if (asked.length === 0) {
    throw new Error(`no fault has ${words} in its name: ${faults.map(({ name }) => name).join("; ")}`);
  }
  bundled("1.36.1");
  const seed = Number(process.env.KEELSON_SEED ?? Date.now() % 100_000);
  process.stdout.write(`chance begins at KEELSON_SEED=${seed}\n`);
  const subject = new Subject();
  // What a run left that was killed.
  clear(subject.stack.name);
  const outcomes: Outcome[] = [];
  try {
    const random = randomFrom(seed);
    if (words !== undefined && asked[0] !== faults[0]) await build(subject);
    for (const fault of asked) {
      const outcome = await tried(subject, fault, random);
      process.stdout.write(`${lineOf(outcome)}\n`);
      outcomes.push(outcome);
      if (write) writeFileSync(join(root, "docs", "faults.md"), await page(outcomes, seed));
      // What follows would be about this one.
      if (outcome.ill !== undefined) break;
    }
  } finally {
    await subject.stack.remove();
  }
  const passed = outcomes.filter(isAsExpected).length;
  process.stdout.write(`${passed} passed, ${asked.length - passed} failed\n`);
  process.exitCode = passed === asked.length ? 0 : 1;
}

/** A cluster for faults that do not begin with the one amid which it is built. */
async function build(subject: Subject): Promise<void> {
  await subject.stack.succeed("up");
  subject.startProbes();
  for (const until = Date.now() + patience * 1000; (await subject.ill()) !== undefined;) {
    if (Date.now() > until) throw new Error("the cluster is not well before anything was done to it");
  }
}

async function tried(subject: Subject, fault: Fault, random: Random): Promise<Outcome> {
  const { name, expected } = fault;
  let undone: string | undefined;
  const told = await fault.inject(subject, random).catch((error: unknown) => {
    undone = String(error)
      .trimEnd()
      .split("\n")
      .at(-1)
      ?.replace(/^Error: /, "");
    return undefined;
  });
  const began = Date.now();
  const outcome = (used: number, ill?: string): Outcome => ({
    ...{ name, expected, told, undone, runs: used, ill },
    seconds: Math.round((Date.now() - began) / 1000),
  });
  let ill: string | undefined = "it was not looked at";
  if (expected === "heals by itself") {
    while ((ill = await subject.ill()) !== undefined && Date.now() < began + patience * 1000);
    if (ill === undefined) return outcome(0);
  }
  for (let used = 1; used <= runs; used++) {
    const { status, output } = await subject.stack.run("up");
    if (status !== 0) {
      ill = /^failed: .*|^error: .*/m.exec(output)?.[0] ?? `up ended with ${String(status)}`;
      continue;
    }
    subject.startProbes();
    // Pods may be on their way when up is done.
    for (const until = Date.now() + 60_000; (ill = await subject.ill()) !== undefined && Date.now() < until;);
    if (ill === undefined) return outcome(used);
  }
  return outcome(runs, ill);
}

/** Chance that can be had again: a linear congruential generator. */
function randomFrom(seed: number): Random {
  let state = seed;
  return (from, to) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from + (state % (to - from + 1));
  };
}

function page(outcomes: readonly Outcome[], seed: number): Promise<string> {
  return format(pageOf(outcomes, { ...today(), seed, all: faults.length, elsewhere }), {
    parser: "markdown",
    printWidth: 120,
  });
}

const [, , how, words] = process.argv;
void main(how === "--write", how === "--only" ? words : undefined);
