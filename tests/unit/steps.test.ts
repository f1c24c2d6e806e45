import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { stepOf, steps } from "../../components/steps";

const golden = join(__dirname, "../golden");

/** Scripts of the golden topologies, "worker-1-docker", by the machine that they speak of. */
const scripts = readdirSync(golden, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: topology }) => {
    const names = readdirSync(join(golden, topology), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".sh"))
      .map((path) => path.split("/").at(-1)?.replace(/\.sh$/, "") ?? "");
    const machines = names.flatMap((name) => (name.endsWith("-preflight") ? [name.replace(/-preflight$/, "")] : []));
    return names.flatMap((name) => {
      const machine = machines.find((machine) => name.startsWith(`${machine}-`));
      return machine === undefined ? [] : [{ name, machine }];
    });
  });

test("every script of a machine is a step of the story, or it would be told in the wrong place", () => {
  expect(scripts.length).toBeGreaterThan(50);
  const forgotten = scripts.filter(({ name, machine }) => stepOf(name)?.machine !== machine);
  expect(forgotten).toEqual([]);
});
test("every step is in some topology, but for the one that is an object of the cluster, and those of earlier releases", () => {
  const there = new Set(scripts.map(({ name }) => stepOf(name)?.step.name));
  const missing = steps.filter(({ name }) => !there.has(name));
  expect(missing.map(({ name, left }) => (left === undefined ? name : "of earlier releases"))).toEqual([
    "of earlier releases",
    "node",
  ]);
});
test("every file of steps is in the story", () => {
  const components = join(__dirname, "../../components");
  const files = readdirSync(components, { recursive: true, encoding: "utf8" }).filter((path) =>
    /(^|\/)(step|steps|\w+Step)\.ts$/.test(path),
  );
  const declared = files.flatMap((path) =>
    [...readFileSync(join(components, path), "utf8").matchAll(/: Step = \{\s+name: "([^"]+)"/g)].map(
      ([, name]) => name,
    ),
  );
  expect(declared.sort()).toEqual(steps.map(({ name }) => name).sort());
});
test("each has a place of its own", () => {
  expect(new Set(steps.map(({ order }) => order)).size).toBe(steps.length);
});
