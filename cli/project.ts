import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { LocalWorkspace, PulumiCommand, Stack, StackNotFoundError } from "@pulumi/pulumi/automation";

import { isOwnPlace, strayState, takenName } from "../components/settings/place";
import { meant, UsageError } from "./arguments";
import { engineOf } from "./engine";
import { allSettings, root, settingsOf, type Settings } from "./settings";
import { noCluster } from "./status";

export { root } from "./settings";

/**
 * The stack, ready for operations: the one that plain `pulumi` has in this directory, with its file, its program and its
 * state. The environment says where the state is kept: toolchain/setup chose it.
 */
export async function openStack(stackName: string, opening: Opening = "made"): Promise<Stack> {
  const place = { stack: stackName, directory: root };
  const refusal = takenName(place) ?? strayState(place);
  if (refusal !== undefined) throw new Error(refusal);
  const written = settingsOf(stackName);
  const workspace = await LocalWorkspace.create({ workDir: root, pulumiCommand: await PulumiCommand.get() });
  const pulumi = engineOf(workspace);
  // The SDK's own would select the stack for plain pulumi as well, where somebody works on another.
  workspace.selectStack = async (name) => {
    await pulumi("stack", "--stack", name);
  };
  workspace.createStack = async (name) => {
    await pulumi("stack", "init", name, "--no-select");
  };
  const stack =
    opening === "made" ? await Stack.createOrSelect(stackName, workspace) : await found(stackName, workspace);
  const settings = await allSettings(stack);
  requireProvider(stackName, written, settings);
  // The plugin dials every agent that it knows of, wanted or not, and one that is dead would break every login.
  workspace.envVars = {
    ...(wantsAgent(settings) ? {} : { SSH_AUTH_SOCK: "" }),
    ...(process.env["PULUMI_PARALLEL"] ? {} : { PULUMI_PARALLEL: String(parallel(settings)) }),
  };
  return stack;
}

async function found(stackName: string, workspace: LocalWorkspace): Promise<Stack> {
  return Stack.select(stackName, workspace).catch((error: unknown) => {
    if (!(error instanceof StackNotFoundError)) throw error;
    if (isOwnPlace({ stack: stackName, directory: root })) throw noCluster(stackName);
    throw new Error(
      `the backend in use has no stack ${stackName}: pulumi whoami --verbose tells which that is, and PULUMI_BACKEND_URL or pulumi login names another`,
    );
  });
}

/** What local machines need is obtained before there is an engine to ask. */
function requireProvider(stackName: string, written: Settings, { provider }: Settings): void {
  if (provider !== "local" || written["provider"] === "local") return;
  throw new UsageError(
    `stack ${stackName} has local machines, which Pulumi.${stackName}.yaml does not say: write keelson:provider: local into that file itself`,
  );
}

/** Whether a stack that the backend does not have is made there, or is a mistake, most likely of the backend. */
export type Opening = "made" | "found";

/** Whether the SSH agent's keys are asked for; the configuration may be wrong otherwise, and is not judged here. */
function wantsAgent({ ssh }: Settings): boolean {
  return (ssh as { readonly agent?: unknown } | null | undefined)?.agent === true;
}

/** Fewest and most operations that the engine is to have under way. */
const [fewest, most] = [8, 32];

/**
 * How many operations are under way at a time: nearly all that is done is waiting for machines, so it is their number that counts, and
 * not that of this computer's cores. A master takes no more logins at once than `most` come to with some patience (sshd: MaxStartups).
 */
function parallel({ machines }: Settings): number {
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
