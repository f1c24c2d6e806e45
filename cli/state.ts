import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";

import { stateDirectory } from "../components/settings/place";
import { engineOf } from "./engine";
import { root } from "./project";

/** What the engine keeps of a stack, as it exports it; what is secret in it is encrypted. */
export interface Deployment {
  readonly resources?: readonly Resource[];
  readonly pending_operations?: readonly unknown[];
}

export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Where a state lies while it is handed back to the engine. */
const handedBack = (stackName: string): string => join(stateDirectory(root), "..", `recovered-${stackName}.json`);

/** What an edit left that was killed itself. */
export function forgetEdits(stackName: string): void {
  rmSync(handedBack(stackName), { force: true });
}

/** A stack's state is from now on what `edit` makes of it; where that is nothing, it stays as it is. */
export async function editState(stack: Stack, edit: (deployment: Deployment) => Deployment | undefined): Promise<void> {
  const pulumi = engineOf(stack.workspace);
  // The SDK would have every secret in clear in a file that all can read.
  const state = JSON.parse(await pulumi("stack", "export", "--stack", stack.name)) as {
    readonly deployment: Deployment;
  };
  const deployment = edit(state.deployment);
  if (!deployment) return;
  const file = handedBack(stack.name);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  forgetEdits(stack.name);
  try {
    writeFileSync(file, JSON.stringify({ ...state, deployment }), { mode: 0o600 });
    await pulumi("stack", "import", "--stack", stack.name, "--file", file);
  } finally {
    forgetEdits(stack.name);
  }
}
