import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";

import { stackDirectory } from "../components/local/keys";
import { tellFailure } from "./failure";
import { shell } from "./machines";
import { Story } from "./preview";
import { openStack, root } from "./project";
import { Progress, seconds } from "./progress";
import { recover } from "./recover";
import { nodeTable, podTable } from "./tables";

const usage = "usage: cli/main.ts up|preview|refresh|destroy|status|kubeconfig|shell STACK [MACHINE]";

async function main([command = "", stackName = "dev", machine]: readonly string[]): Promise<number> {
  switch (command) {
    case "up":
      return change(stackName, up);
    case "preview":
      return operate(await openStack(stackName), preview);
    case "refresh":
      return change(stackName, refresh);
    case "destroy":
      return change(stackName, destroy);
    case "status":
      return withStack(stackName, status);
    case "kubeconfig":
      return withStack(stackName, kubeconfig);
    case "shell":
      return shell(stackName, machine);
    default:
      throw new Error(usage);
  }
}

type Operation = (stack: Stack, progress: Progress) => Promise<void>;

/** An operation that changes the state: what a killed run left in its way is cleared first. */
async function change(stackName: string, operation: Operation): Promise<number> {
  const stack = await openStack(stackName);
  await recover(stack);
  return operate(stack, operation);
}

/** Runs the engine, telling what it does; a failure is told as well, and is the exit status. */
async function operate(stack: Stack, operation: Operation): Promise<number> {
  const began = Date.now();
  const progress = new Progress();
  try {
    await operation(stack, progress);
    process.stdout.write(`finished in ${seconds(Date.now() - began).trim()}\n`);
    return 0;
  } catch (error) {
    progress.close();
    tellFailure(progress, error, stack.name);
    return 1;
  } finally {
    progress.close();
  }
}

async function withStack(stackName: string, read: (stack: Stack) => Promise<void>): Promise<number> {
  await read(await openStack(stackName));
  return 0;
}

const quiet = { suppressOutputs: true, onOutput: () => undefined };

async function up(stack: Stack, progress: Progress): Promise<void> {
  const { summary } = await stack.up({ ...quiet, onEvent: (event) => progress.event(event) });
  progress.close();
  process.stdout.write(`\n${counted(summary.resourceChanges ?? {})}\n\n`);
  await status(stack);
  process.stdout.write("next: make status, make kubeconfig, make shell MACHINE=worker-1, make destroy\n");
}

async function preview(stack: Stack, progress: Progress): Promise<void> {
  const story = new Story();
  const everyValue = Boolean(process.env.DIFF);
  let output = "";
  const { changeSummary } = await stack.preview({
    // The engine's own words: every resource, and every property that will change. Long, so only made where they are shown.
    diff: everyValue,
    onOutput: (text) => (output += everyValue ? text : ""),
    onEvent: (event) => {
      story.event(event);
      // What goes wrong is told as for every other operation.
      if (event.diagnosticEvent && event.diagnosticEvent.severity !== "info") progress.event(event);
    },
  });
  const more = stack.name === "dev" ? "" : ` STACK=${stack.name}`;
  process.stdout.write(process.env.DIFF ? output : story.text());
  process.stdout.write(`\n${counted(changeSummary, toDo)}\n`);
  process.stdout.write(`next: make up${more}; make preview${more} DIFF=1 shows every value\n`);
}

async function refresh(stack: Stack, progress: Progress): Promise<void> {
  const { summary } = await stack.refresh({ ...quiet, onEvent: (event) => progress.event(event) });
  progress.close();
  process.stdout.write(`\n${counted(summary.resourceChanges ?? {})}\n`);
}

async function destroy(stack: Stack, progress: Progress): Promise<void> {
  const { summary } = await stack.destroy({ ...quiet, onEvent: (event) => progress.event(event) });
  progress.close();
  process.stdout.write(`\n${counted(summary.resourceChanges ?? {})}\n`);
  // The keys of local machines, which are gone.
  rmSync(stackDirectory(stack.name), { recursive: true, force: true });
}

async function status(stack: Stack): Promise<void> {
  const outputs = await stack.outputs();
  const kubeconfig = outputs["kubeconfig"]?.value as string | undefined;
  if (kubeconfig === undefined) throw new Error(`stack ${stack.name} has no cluster: run make up STACK=${stack.name}`);
  process.stdout.write(`${await nodeTable(kubeconfig)}\n\n${await podTable(kubeconfig)}\n\n`);
  const url = outputs["nginxUrl"]?.value as string | undefined;
  if (url !== undefined) process.stdout.write(`nginx answers at ${url} (${await answer(url)})\n`);
}

async function answer(url: string): Promise<string> {
  try {
    return String((await fetch(url, { signal: AbortSignal.timeout(5000) })).status);
  } catch (error) {
    return `no answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function kubeconfig(stack: Stack): Promise<void> {
  const value = (await stack.outputs())["kubeconfig"]?.value as string | undefined;
  if (value === undefined) throw new Error(`stack ${stack.name} has no cluster: run make up STACK=${stack.name}`);
  const file = join(root, ".keelson", stack.name, "kubeconfig");
  rmSync(file, { force: true });
  writeFileSync(file, value, { mode: 0o600 });
  process.stdout.write(`export KUBECONFIG=${file}\n`);
}

const done: Record<string, string> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "deleted",
  same: "unchanged",
};
const toDo = { ...done, create: "to create", update: "to change", replace: "to replace", delete: "to delete" };

function counted(changes: Partial<Record<string, number>>, words: Record<string, string> = done): string {
  const parts = Object.entries(changes).map(([op, count]) => `${String(count)} ${words[op] ?? op}`);
  return `resources: ${parts.join(", ") || "none"}`;
}

// A reader that has gone, as in `make up | head`, does not end what is under way.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
