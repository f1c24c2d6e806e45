import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";

import { stackDirectory } from "../components/local/keys";

/** The project's own directory. */
export const root = join(__dirname, "..");

/** What Pulumi writes into a stack's file; kept with the state, so that the file stays as its author left it. */
const ownKeys = ["secretsprovider", "encryptionsalt", "encryptedkey"];

/**
 * The stack, ready for operations: the program inline, so that no language host is needed, and the state in a backend
 * under the project unless the user has chosen one.
 */
export async function openStack(stackName: string): Promise<Stack> {
  const workDir = workDirectory(stackName);
  return LocalWorkspace.createOrSelectStack(
    // Read only when an operation runs: listing a stack's outputs needs no program.
    {
      stackName,
      projectName: "keelson",
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- tsx reads TypeScript through require
      program: () => Promise.resolve(require("../index") as Record<string, unknown>),
    },
    { workDir, pulumiCommand: await PulumiCommand.get(), envVars: environment(wantsAgent(stackName)) },
  );
}

function environment(agent: boolean): Record<string, string> {
  return {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // What cannot be downloaded is found on PATH, and a look-up that fails takes time.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // The backend's extra files beside each state are not written whole, and a run that is killed would break them.
    PULUMI_BACKEND_URL: process.env.PULUMI_BACKEND_URL ?? `file://${ownDirectory("state")}?metadata=skip`,
    // The plugin dials every agent that it knows of, wanted or not, and one that is dead would break every login.
    ...(agent ? {} : { SSH_AUTH_SOCK: "" }),
    ...(usersPassphrase() ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile() }),
  };
}

function usersPassphrase(): boolean {
  const { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE } = process.env;
  return [PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE].some((value) => value);
}

function passphraseFile(): string {
  const file = join(ownDirectory("."), "passphrase");
  if (!existsSync(file)) makeSecret(file);
  return file;
}

/** Of two first runs at once one is the first, and what either finds is whole. */
function makeSecret(file: string): void {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  try {
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(own);
  }
}

function ownDirectory(name: string): string {
  const path = join(root, ".keelson", name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Where Pulumi works: the project's settings and the stack's, with what Pulumi added to the copy before. */
function workDirectory(stackName: string): string {
  const file = `Pulumi.${stackName}.yaml`;
  const source = join(root, file);
  if (!existsSync(source)) {
    throw new Error(`there is no ${file}: write one (docs/configuration.md), or name another stack with STACK=`);
  }
  const directory = join(stackDirectory(stackName), "work");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, "Pulumi.yaml"), readFileSync(join(root, "Pulumi.yaml")));
  const copy = join(directory, file);
  const before = existsSync(copy) ? settingsOf(copy) : {};
  const kept = Object.fromEntries(Object.entries(before).filter(([key]) => ownKeys.includes(key)));
  writeFileSync(copy, stringify({ ...kept, ...settingsOf(source) }));
  return directory;
}

/** Whether the SSH agent's keys are asked for; the configuration may be wrong otherwise, and is not judged here. */
function wantsAgent(stackName: string): boolean {
  const { config = {} } = settingsOf(join(root, `Pulumi.${stackName}.yaml`)) as { config?: Record<string, unknown> };
  const ssh = config["keelson:ssh"] as { readonly agent?: unknown } | null | undefined;
  return ssh?.agent === true;
}

function settingsOf(file: string): Record<string, unknown> {
  return (parse(readFileSync(file, "utf8")) ?? {}) as Record<string, unknown>;
}
