import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";

import { exits } from "../commands";
import { diagnose } from "../doctor";
import { configSecrets, decryptedEnvironment, loginOn } from "../machines";
import { messageOf } from "../progress";
import { root } from "../project";
import { kubeconfigOf } from "../status";
import { partOfConfiguration, partOfState, partsOfCluster, partsOfMachines, type Part } from "./collect";
import { Redaction, secretsOf } from "./redaction";

/** Collects what a maintainer needs in one file, without any secret of the stack, and prints its name; the exit code. */
export async function support(stack: Stack): Promise<number> {
  const { deployment } = (await stack.exportStack()) as { readonly deployment: unknown };
  const kubeconfig = await kubeconfigOf(stack);
  const environment = await decryptedEnvironment(stack);
  const redaction = new Redaction(secretsOf(deployment), await chosenOf(stack));
  process.stderr.write(`asking ${environment.machines.map(({ name }) => name).join(", ")}\n`);
  const diagnosis = diagnose(stack).then(
    (told): Part => ({ path: "doctor.json", text: JSON.stringify({ schema: 1, ...told }, null, 2) }),
    (error: unknown): Part => ({ path: "doctor.txt", text: `${messageOf(error)}\n` }),
  );
  const parts = [
    partOfConfiguration(stack.name),
    partOfState(deployment),
    await diagnosis,
    ...(kubeconfig === undefined ? [] : await partsOfCluster(kubeconfig)),
    ...(await partsOfMachines(environment, loginOn(environment))),
  ];
  const file = packed(
    stack.name,
    parts.map(({ path, text }) => ({ path, text: redaction.of(text) })),
  );
  process.stdout.write(`${relative(process.cwd(), file)}\n`);
  process.stderr.write(
    "No secret of the stack's state is in it; names, addresses and logs are: look into it before you give it away (tar tzf)\n",
  );
  return exits.done;
}

/** Secrets that people gave. */
async function chosenOf(stack: Stack): Promise<readonly string[]> {
  const { env } = process;
  return [...(await configSecrets(stack)), env["KEELSON_SSH_PASSPHRASE"] ?? "", env["PULUMI_CONFIG_PASSPHRASE"] ?? ""];
}

/** One file of mode 0600, by the stack's name and the time. */
function packed(stack: string, parts: readonly Part[]): string {
  const directory = join(root, ".keelson", "support");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const name = `${stack}-${time}Z`;
  const scratch = mkdtempSync(join(directory, "new-"));
  try {
    for (const { path, text } of parts) {
      const file = join(scratch, name, path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text, { mode: 0o600 });
    }
    const half = join(scratch, "tar.gz");
    const { status, stderr } = spawnSync("tar", ["-czf", half, "-C", scratch, name], { encoding: "utf8" });
    if (status !== 0) throw new Error(`tar ended with ${status ?? "no status"}: ${stderr.trim()}`);
    chmodSync(half, 0o600);
    const file = join(directory, `${name}.tar.gz`);
    renameSync(half, file);
    return file;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
