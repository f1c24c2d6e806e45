/** Does to a cluster, on machines of this computer, what people report, and says what came of it: main.ts [--write] [--resume] [--only PATTERN] */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

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

/** What came of each, in whichever run that was. */
const kept = join(root, ".keelson", "faults.json");

interface Options {
  readonly write: boolean;
  /** What ended as expected in runs before is not done again. */
  readonly resume: boolean;
  readonly only: string;
}

async function main({ write, resume, only }: Options): Promise<void> {
  const before = resume && existsSync(kept) ? (JSON.parse(readFileSync(kept, "utf8")) as readonly Outcome[]) : [];
  const done = before.filter((outcome) => isAsExpected(outcome) && faults.some(({ name }) => name === outcome.name));
  const asked = faults.filter(({ name }) => new RegExp(only).test(name) && !done.some((one) => one.name === name));
  if (asked.length === 0) {
    throw new Error(`no fault that is left to do matches "${only}": ${faults.map(({ name }) => name).join("; ")}`);
  }
  bundled("1.36.1");
  const seed = Number(process.env.KEELSON_SEED ?? Date.now() % 100_000);
  process.stdout.write(`chance begins at KEELSON_SEED=${seed}\n`);
  const subject = new Subject();
  // What a run left that was killed.
  clear(subject.stack.name);
  const outcomes = [...done];
  try {
    const random = randomFrom(seed);
    if (asked[0] !== faults[0]) await build(subject);
    for (const fault of asked) {
      const outcome = await tried(subject, fault, random);
      process.stdout.write(`${lineOf(outcome)}\n`);
      outcomes.push(outcome);
      writeFileSync(kept, JSON.stringify(outcomes));
      if (write) {
        writeFileSync(
          join(root, "docs", "faults.md"),
          await page(outcomes, { seed, runs: resume ? "several runs" : "one run" }),
        );
      }
      // What follows would be about this one.
      if (outcome.ill !== undefined) break;
    }
  } finally {
    await subject.stack.remove();
  }
  const passed = outcomes.filter(isAsExpected).length - done.length;
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

function page(outcomes: readonly Outcome[], more: { readonly seed: number; readonly runs: string }): Promise<string> {
  const place = ({ name }: Outcome) => faults.findIndex((fault) => fault.name === name);
  const inOrder = [...outcomes].sort((one, other) => place(one) - place(other));
  return format(pageOf(inOrder, { ...today(), ...more, all: faults.length, elsewhere }), {
    parser: "markdown",
    printWidth: 120,
  });
}

const { values } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    resume: { type: "boolean", default: false },
    only: { type: "string", default: "" },
  },
});
void main(values);
