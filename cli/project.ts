import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { LocalWorkspace, PulumiCommand, Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import { parse } from "yaml";

import { isOwnPlace, strayState, takenName } from "../components/settings/place";
import { meant, UsageError } from "./arguments";
import { engineOf } from "./engine";
import { noCluster } from "./status";

/** The project's own directory. */
export const root = join(__dirname, "..");

/**
 * The stack, ready for operations: the one that plain `pulumi` has in this directory, with its file, its program and its
 * state. The environment says where the state is kept: toolchain/setup chose it.
 */
export async function openStack(stackName: string, opening: Opening = "made"): Promise<Stack> {
  const place = { stack: stackName, directory: root };
  const refusal = takenName(place) ?? strayState(place);
  if (refusal !== undefined) throw new Error(refusal);
  // The plugin dials every agent that it knows of, wanted or not, and one that is dead would break every login.
  const envVars: Record<string, string> = {
    ...(wantsAgent(stackName) ? {} : { SSH_AUTH_SOCK: "" }),
    ...(process.env["PULUMI_PARALLEL"] ? {} : { PULUMI_PARALLEL: String(parallel(stackName)) }),
  };
  const workspace = await LocalWorkspace.create({
    ...{ workDir: root, envVars },
    pulumiCommand: await PulumiCommand.get(),
  });
  const pulumi = engineOf(workspace);
  // The SDK's own would select the stack for plain pulumi as well, where somebody works on another.
  workspace.selectStack = async (name) => {
    await pulumi("stack", "--stack", name);
  };
  workspace.createStack = async (name) => {
    await pulumi("stack", "init", name, "--no-select");
  };
  if (opening === "made") return Stack.createOrSelect(stackName, workspace);
  return Stack.select(stackName, workspace).catch((error: unknown) => {
    if (!(error instanceof StackNotFoundError)) throw error;
    if (isOwnPlace(place)) throw noCluster(stackName);
    throw new Error(
      `the backend in use has no stack ${stackName}: pulumi whoami --verbose tells which that is, and PULUMI_BACKEND_URL or pulumi login names another`,
    );
  });
}

/** Whether a stack that the backend does not have is made there, or is a mistake, most likely of the backend. */
export type Opening = "made" | "found";

/** Whether the SSH agent's keys are asked for; the configuration may be wrong otherwise, and is not judged here. */
function wantsAgent(stackName: string): boolean {
  const { config = {} } = settingsOf(stackName);
  const ssh = config["keelson:ssh"] as { readonly agent?: unknown } | null | undefined;
  return ssh?.agent === true;
}

/** Fewest and most operations that the engine is to have under way. */
const [fewest, most] = [8, 32];

/**
 * How many operations are under way at a time: nearly all that is done is waiting for machines, so it is their number that counts, and
 * not that of this computer's cores. A master takes no more logins at once than `most` come to with some patience (sshd: MaxStartups).
 */
function parallel(stackName: string): number {
  const machines = settingsOf(stackName).config?.["keelson:machines"];
  const count = Array.isArray(machines) ? machines.length : 0;
  return Math.min(most, Math.max(fewest, availableParallelism() * 4, 2 * count));
}

/** Throws where there is no such stack: one is what its file says. */
export function requireStack(stackName: string): void {
  if (existsSync(join(root, `Pulumi.${stackName}.yaml`))) return;
  const known = readdirSync(root).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  throw new UsageError(
    `there is no stack ${stackName}: ${meant(stackName, known)}; for another, write Pulumi.${stackName}.yaml (docs/configuration.md)`,
  );
}

/** A stack's file as it is written. */
export function settingsOf(stackName: string): { readonly config?: Readonly<Record<string, unknown>> } {
  const name = `Pulumi.${stackName}.yaml`;
  const text = readFileSync(join(root, name), "utf8");
  try {
    // Merge keys ("<<"), as Pulumi has them.
    const { config } = (parse(text, { merge: true }) ?? {}) as {
      readonly config?: Readonly<Record<string, unknown>> | null;
    };
    return config ? { config } : {};
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
