import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Environment } from "../environment";
import { stackDirectory } from "../local";
import type { Topology } from "./topology";

/** Whether the keys of a stack's local machines are in this checkout. */
const keysAreHere = (stack: string) => existsSync(join(stackDirectory(stack), "id_ed25519"));

/**
 * Why a stack of local machines cannot go on: its containers, disks, network and keys bear its name, and would all be made
 * anew under another. Stacks of SSH machines may be called as one likes.
 */
export function renamed(before: Topology, { provider, stack }: Environment, hasKeys = keysAreHere): readonly string[] {
  if (provider !== "local" || before.stack === stack) return [];
  if (before.stack !== undefined) {
    return [
      `its machines on this computer bear the name "${before.stack}" that it had: \`pulumi stack rename ${before.stack}\` gives it back`,
    ];
  }
  // A state of an earlier release does not know the name, but machines have keys under it.
  return hasKeys(stack)
    ? []
    : [
        `there are machines in its state, and their keys are not in .keelson/${stack}: give back the name that it had when they were made (\`pulumi stack rename\`), or work in the checkout that made them`,
      ];
}
