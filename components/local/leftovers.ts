import { docker, prefixOf } from "./survey";

// What a run that was killed made of its stack on this computer, and did not come to write down.

/** A machine's container, on which nothing has run yet. */
export function removeContainer(stack: string, machine: string): void {
  docker("rm", "--force", "--volumes", `${prefixOf(stack)}-${machine}`);
}

/** The stack's network, where no container is on it. */
export function removeEmptyNetwork(stack: string): void {
  const name = prefixOf(stack);
  const there = docker("network", "ls", "--quiet", "--filter", `name=^${name}$`).trim();
  if (there === "" || docker("ps", "--all", "--quiet", "--filter", `network=${there}`).trim() !== "") return;
  docker("network", "rm", there);
}
