/** Runs Kubernetes' own conformance tests on a stack: main.ts STACK [--write] [--resume] [--focus PATTERN] [--processes N] */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { format } from "prettier";

import { environmentOf } from "../../cli/machines";
import { stackDirectory } from "../../components/local/keys";
import type { Environment } from "../../components/environment";
import { onMachine, today } from "../onMachine";
import { giveImages, namesIn } from "./images";
import { outcomesIn, patternOf, secondsOf, verdictsOf, type Outcome } from "./outcomes";
import { failed, linesOf, pageOf, type Row } from "./page";
import { leftOut, type Kind } from "./reasons";
import { allSpecs, keptReports, runSpecs, type Call } from "./run";
import { refuseUntranslated } from "./unreachable";

const root = join(__dirname, "..", "..");
const say = (line: string) => process.stderr.write(`  ${line}\n`);

interface Options {
  readonly write: boolean;
  /** What passed in runs before is not run again. */
  readonly resume: boolean;
  readonly focus: string | undefined;
  readonly processes: number;
}

async function main(stack: string, { write, resume, focus, processes }: Options): Promise<void> {
  const environment = environmentOf(stack);
  const kept = join(stackDirectory(stack), "conformance");
  if (!resume) rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  const programs = obtained(environment.kubernetes.version);
  const call = { programs, kept, kubeconfig: join(stackDirectory(stack), "kubeconfig"), say };
  const takeBack = prepared(environment, programs);
  try {
    const rows = await runAll(call, kindOf(environment), { processes, focus });
    process.stdout.write(linesOf(rows));
    const seconds = keptReports(kept).map((file) => secondsOf(readFileSync(file, "utf8")));
    const minutes = Math.round(seconds.reduce((sum, some) => sum + some, 0) / 60);
    if (write) await writePage(environment, rows, { processes, minutes, images: namesIn(programs) });
    process.exitCode = failed(rows).length === 0 ? 0 : 1;
  } finally {
    takeBack();
  }
}

/** Those that may run together, those that are to be alone, and those that failed once more. */
async function runAll(
  call: Call,
  kind: Kind,
  { processes, focus }: Pick<Options, "processes" | "focus">,
): Promise<readonly Row[]> {
  const wanted = (report: string) =>
    outcomesIn(report).filter(({ name }) => focus === undefined || new RegExp(focus).test(name));
  const all = wanted(await allSpecs(call)).map((spec): Outcome => ({ ...spec, ending: "none" }));
  const before = keptReports(call.kept).map((file) => wanted(readFileSync(file, "utf8")));
  const passed = before.flat().flatMap(({ name, ending }) => (ending === "passed" ? [name] : []));
  const skip = patternOf([
    ...passed,
    ...all.map(({ name }) => name).filter((name) => leftOut(name, kind) !== undefined),
  ]);
  say(`${all.length} specs, ${processes} at a time; reports and logs go to ${call.kept}`);
  const run = async (name: string, labels: string, more: { processes: number; focus?: string; skip?: string }) =>
    wanted(await runSpecs(call, { name: `${name}-${before.length + 1}`, labels, ...more }));
  const selected = { ...(focus === undefined ? {} : { focus }), ...(skip === undefined ? {} : { skip }) };
  const together = await run("together", "Conformance && !Serial", { processes, ...selected });
  const alone = await run("alone", "Conformance && Serial", { processes: 1, ...selected });
  const again = patternOf([...together, ...alone].flatMap(({ name, ending }) => (ending === "failed" ? [name] : [])));
  const last = again === undefined ? [] : await run("again", "Conformance", { processes: 1, focus: again });
  return verdictsOf([all, ...before, together, alone, last]).map((verdict) => ({
    ...verdict,
    ...reasonFor(verdict.name, kind),
  }));
}

function reasonFor(name: string, kind: Kind) {
  const reason = leftOut(name, kind);
  return reason === undefined ? {} : { reason };
}

function kindOf({ provider, kubernetes }: Environment): Kind {
  return { runtime: kubernetes.runtime, local: provider === "local" };
}

function obtained(release: string): string {
  const { status, stdout } = spawnSync(join(__dirname, "obtain"), [release], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`the tests of Kubernetes ${release} could not be obtained: see above`);
  return stdout.trim();
}

/** Makes every node ready for the tests; what takes that back. */
function prepared(environment: Environment, programs: string): () => void {
  const { runtime, networking } = environment.kubernetes;
  const nodes = environment.machines.filter(
    ({ roles, lost }) => !lost && roles.some((role) => role === "master" || role === "worker"),
  );
  const back: (() => void)[] = [];
  const takeBack = () => {
    for (const step of back) {
      try {
        step();
      } catch (error) {
        say(String(error));
      }
    }
  };
  try {
    for (const machine of nodes) {
      const run = onMachine(environment, machine);
      say(`${machine.name}: gets the images of the tests`);
      back.push(giveImages(programs, runtime, run));
      if (environment.provider === "local") back.push(refuseUntranslated(networking.serviceSubnet, run));
    }
  } catch (error) {
    takeBack();
    throw error;
  }
  return takeBack;
}

async function writePage(
  { kubernetes, machines }: Environment,
  rows: readonly Row[],
  figures: { readonly processes: number; readonly minutes: number; readonly images: readonly string[] },
): Promise<void> {
  const { version, runtime } = kubernetes;
  const page = pageOf(rows, { ...today(), ...figures, kubernetes: version, runtime, machines });
  writeFileSync(join(root, "docs", "conformance.md"), await format(page, { parser: "markdown", printWidth: 120 }));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: "boolean", default: false },
    resume: { type: "boolean", default: false },
    focus: { type: "string" },
    processes: { type: "string", default: "8" },
  },
});
if (values.write && values.focus !== undefined) throw new Error("a page is written of all specs: leave --focus out");
main(positionals[0] ?? "dev", {
  write: values.write,
  resume: values.resume,
  focus: values.focus,
  processes: Number(values.processes),
}).catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
