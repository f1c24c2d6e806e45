import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Run } from "../onMachine";

interface Commands {
  readonly list: string;
  readonly load: string;
  readonly remove: string;
}

const commands: Readonly<Record<string, Commands>> = {
  docker: {
    list: 'docker image ls --format "{{.Repository}}:{{.Tag}}"',
    load: "docker load --quiet",
    remove: "docker image rm --force",
  },
  containerd: {
    list: "ctr --namespace k8s.io images ls --quiet",
    load: "ctr --namespace k8s.io images import -",
    remove: "ctr --namespace k8s.io images rm",
  },
};

/** The names in a directory that `obtain` printed. */
export const namesIn = (directory: string): readonly string[] =>
  readFileSync(join(directory, "images"), "utf8").trim().split("\n");

/**
 * Gives a machine's runtime the images that it lacks.
 * @returns What takes away those again that were not there before.
 */
export function giveImages(directory: string, runtime: string, run: Run): () => void {
  const { list, load, remove } = commands[runtime] ?? {};
  if (list === undefined) throw new Error(`there is no way to give images to the runtime ${runtime}`);
  const before = new Set(run(list).split("\n"));
  const missing = namesIn(directory).filter((name) => !before.has(name));
  if (missing.length > 0) run(`${String(load)} >/dev/null`, readFileSync(join(directory, "images.tar")));
  return () => {
    if (missing.length > 0) run(`${String(remove)} ${missing.join(" ")} >/dev/null`);
  };
}
