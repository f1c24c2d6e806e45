/** Runs the CIS benchmark on each machine of a stack: main.ts STACK [--write] */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { format } from "prettier";

import { environmentOf, loginArguments } from "../../cli/machines";
import type { MachineConfig } from "../../components/machine";
import { stackDirectory } from "../../components/local/keys";
import type { Environment } from "../../components/environment";
import { checksWith } from "./findings";
import { linesOf, pageOf } from "./page";
import { benchmark, type Run } from "./run";

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
    return benchmark(machine.name, machine.roles, on(environment, machine), keep);
  });
  process.stdout.write(linesOf(findings, { machines }));
  if (write) {
    const { version: kubernetes, runtime } = environment.kubernetes;
    const page = pageOf(findings, { ...circumstances(), kubernetes, runtime, machines });
    writeFileSync(join(root, "docs", "cis.md"), await format(page, { parser: "markdown", printWidth: 120 }));
  }
  process.exitCode = checksWith(findings, "FAIL").length === 0 ? 0 : 1;
}

function on(environment: Environment, machine: MachineConfig): Run {
  const asRoot = machine.ssh.user === "root" ? "" : "sudo -n ";
  return (script, input) => {
    const command = `${asRoot}sh -c '${script}'`;
    const { status, stdout, stderr } = spawnSync("ssh", [...loginArguments(environment, machine), command], {
      input: input ?? "",
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(`${machine.name}: ${script} ended with ${String(status)}: ${String(stderr)}`);
    return stdout.toString();
  };
}

function circumstances() {
  const { stdout } = spawnSync("git", ["-C", root, "describe", "--always", "--dirty", "--abbrev=12"], {
    encoding: "utf8",
  });
  return { date: new Date().toISOString().slice(0, 10), commit: stdout.trim() };
}

const [stack = "dev", ...rest] = process.argv.slice(2);
void main(stack, rest.includes("--write"));
