import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Run } from "../onMachine";

interface Commands {
  readonly list: string;
  readonly load: string;
  readonly remove: string;
  /** Gives an image another name; not where that is there from a run that was cut off. */
  readonly setAside: (name: string, aside: string) => string;
  /** Gives its own name back, which another image has by now. */
  readonly putBack: (name: string, aside: string) => string;
}

const idOf = (name: string) => `$(docker image inspect --format "{{.Id}}" ${name})`;

const commands: Readonly<Record<string, Commands>> = {
  docker: {
    list: 'docker image ls --format "{{.Repository}}:{{.Tag}}"',
    load: "docker load --quiet",
    remove: "docker image rm --force",
    setAside: (name, aside) => `docker image inspect ${aside} >/dev/null 2>&1 || docker tag ${name} ${aside}`,
    putBack: (name, aside) =>
      `theirs=${idOf(name)}; docker tag ${aside} ${name} && docker image rm ${aside} >/dev/null; [ "$theirs" = "${idOf(name)}" ] || docker image rm "$theirs" >/dev/null`,
  },
  containerd: {
    list: "ctr --namespace k8s.io images ls --quiet",
    load: "ctr --namespace k8s.io images import -",
    remove: "ctr --namespace k8s.io images rm",
    setAside: (name, aside) =>
      `ctr --namespace k8s.io images ls --quiet | grep -qxF ${aside} || ctr --namespace k8s.io images tag ${name} ${aside} >/dev/null`,
    putBack: (name, aside) =>
      `ctr --namespace k8s.io images tag --force ${aside} ${name} >/dev/null && ctr --namespace k8s.io images rm ${aside} >/dev/null`,
  },
};

/** The names in a directory that `obtain` printed. */
export const namesIn = (directory: string): readonly string[] =>
  readFileSync(join(directory, "images"), "utf8").trim().split("\n");

/**
 * Gives a machine's runtime the images that it lacks. One archive has all of them, and what it has under a name of the machine's own,
 * such as that of the pods' sandboxes, takes no other's place.
 * @returns What takes away those again that were not there before.
 */
export function giveImages(directory: string, runtime: string, run: Run): () => void {
  const known = commands[runtime];
  if (!known) throw new Error(`there is no way to give images to the runtime ${runtime}`);
  const before = new Set(run(known.list).split("\n"));
  const names = namesIn(directory);
  const missing = names.filter((name) => !before.has(name));
  if (missing.length === 0) return () => undefined;
  const own = names
    .filter((name) => before.has(name))
    .map((name) => [name, `conformance.keelson.invalid/${name}`] as const);
  for (const [name, aside] of own) run(known.setAside(name, aside));
  run(`${known.load} >/dev/null`, readFileSync(join(directory, "images.tar")));
  for (const [name, aside] of own) run(known.putBack(name, aside));
  return () => run(`${known.remove} ${missing.join(" ")} >/dev/null`);
}
