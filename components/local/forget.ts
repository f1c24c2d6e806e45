import { existsSync, rmSync } from "node:fs";

import { loginKeyFile, stackDirectory } from "./keys";
import { docker, survey } from "./survey";

/**
 * What this computer keeps of a stack goes, once its cluster is destroyed. Where machines are here all the same, which another state knows,
 * it stays, for nobody else has their keys; gives why.
 */
export function forgetStack(stack: string): string | undefined {
  if (existsSync(loginKeyFile(stack))) {
    const { silence, containers } = survey(stack, docker);
    const names = [...containers.keys()].sort().join(", ");
    if (silence !== undefined) {
      return `Docker does not answer on this computer (${silence}): .keelson/${stack} stays, for machines of the stack may be there that are reached by its keys alone`;
    }
    if (names !== "") {
      return `machines of a stack ${stack} are on this computer (${names}): .keelson/${stack}, which has their keys, stays for the backend that knows them`;
    }
  }
  rmSync(stackDirectory(stack), { recursive: true, force: true });
  return undefined;
}
