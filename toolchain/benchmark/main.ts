/** Runs the CIS benchmark on each machine of a stack: main.ts STACK [--write] */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { format } from "prettier";

import { environmentOf } from "../../cli/machines";
import { stackDirectory } from "../../components/local/keys";
import { onMachine, today } from "../onMachine";
import { checksWith } from "./findings";
import { linesOf, pageOf } from "./page";
import { benchmark } from "./run";

const root = join(__dirname, "..", "..");

async function main(stack: string, write: boolean): Promise<void> {
  const environment = environmentOf(stack);
  const kept = join(stackDirectory(stack), "cis");
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  const machines = environment.machines.filter(({ lost }) => !lost);
  const findings = machines.flatMap((machine) => {
    let runs = 0;
    const keep = (json: string) => writeFileSync(join(kept, `${machine.name}-${++runs}.json`), json);
    return benchmark(machine.name, machine.roles, onMachine(environment, machine), keep);
  });
  process.stdout.write(linesOf(findings, { machines }));
  if (write) {
    const { version: kubernetes, runtime } = environment.kubernetes;
    const page = pageOf(findings, { ...today(), kubernetes, runtime, machines });
    writeFileSync(join(root, "docs", "cis.md"), await format(page, { parser: "markdown", printWidth: 120 }));
  }
  process.exitCode = checksWith(findings, "FAIL").length === 0 ? 0 : 1;
}

const [stack = "dev", ...rest] = process.argv.slice(2);
void main(stack, rest.includes("--write"));
