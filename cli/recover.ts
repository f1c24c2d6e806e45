import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Stack } from "@pulumi/pulumi/automation";

import { isOwnPlace, stateDirectory, stateFile, type Place } from "../components/settings/place";
import { root } from "./project";
import { editState, forgetEdits } from "./state";

/**
 * Clears what a run that was killed left of its own: its lock on the state, and work that was under way, of which the
 * state cannot say how far it came. Scripts on machines simply run again, and local machines see to themselves.
 * States in a backend of the user's own are left to Pulumi's own commands: pulumi cancel, pulumi refresh.
 */
export async function recover(stack: Stack): Promise<void> {
  const place = { stack: stack.name, directory: root };
  if (!isOwnPlace(place)) return;
  await dropStaleLock(stack.name);
  forgetEdits(stack.name);
  const pending = pendingOperations(place);
  if (pending.length === 0) return;
  process.stdout.write(
    `  note  an earlier run was cut off while ${pending.length} resources were under way: going on from there\n`,
  );
  await editState(stack, (deployment) => ({ ...deployment, pending_operations: [] }));
}

/** How long an engine whose run was killed may take for what it has begun, milliseconds. */
const patience = 300_000;

async function dropStaleLock(stackName: string): Promise<void> {
  const directory = join(stateDirectory(root), ".pulumi", "locks", "organization", "keelson", stackName);
  if (!existsSync(directory)) return;
  for (const file of readdirSync(directory).map((name) => join(directory, name))) {
    const { pid } = JSON.parse(readFileSync(file, "utf8")) as { readonly pid: number };
    if (isOrphan(pid)) await ended(pid);
    if (isPulumi(pid)) {
      throw new Error(
        `another run works on stack ${stackName} (process ${pid}): wait for it, or end it with kill ${pid}`,
      );
    }
    rmSync(file, { force: true });
  }
}

/** An engine that outlived the run which started it ends by itself as soon as what it has begun is done. */
async function ended(pid: number): Promise<void> {
  process.stdout.write(
    `  note  an earlier run was killed, and its engine (process ${pid}) finishes what it has begun\n`,
  );
  const deadline = Date.now() + patience;
  while (isPulumi(pid) && Date.now() < deadline) await sleep(200);
}

/** Process numbers are used again: the lock is alive only while it is Pulumi that has the number. */
function isPulumi(pid: number): boolean {
  return statusOf(pid, "Name").startsWith("pulumi");
}

/** Its parent is gone, and a process that takes care of orphans has it. */
function isOrphan(pid: number): boolean {
  const parent = Number(statusOf(pid, "PPid"));
  return isPulumi(pid) && (parent === 1 || statusOf(parent, "Name") === "systemd");
}

/** A field of a process's status; empty when there is no such process. Source: proc(5). */
function statusOf(pid: number, field: string): string {
  try {
    return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
  } catch {
    return "";
  }
}

function pendingOperations(place: Place): readonly unknown[] {
  const file = stateFile(place);
  if (!existsSync(file)) return [];
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly checkpoint?: { readonly latest?: { readonly pending_operations?: readonly unknown[] } };
  };
  return checkpoint?.latest?.pending_operations ?? [];
}
