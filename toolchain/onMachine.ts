/** What the tools that look at a stack have in common: a way onto its machines, and what a page of findings says of the run. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { loginArguments } from "../cli/machines";
import type { Environment } from "../components/environment";
import type { MachineConfig } from "../components/machine";

/** Runs a script as root on a machine, with that on its standard input; what it printed. */
export type Run = (script: string, input?: Buffer) => string;

/** By SSH, with the stack's own keys; the script has no single quotes. */
export function onMachine(environment: Environment, machine: MachineConfig): Run {
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

/** The day, and the commit of this checkout. */
export function today() {
  const { stdout } = spawnSync("git", ["-C", join(__dirname, ".."), "describe", "--always", "--dirty", "--abbrev=12"], {
    encoding: "utf8",
  });
  return { date: new Date().toISOString().slice(0, 10), commit: stdout.trim() };
}
