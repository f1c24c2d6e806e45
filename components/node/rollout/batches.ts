import type { Machine } from "../../machine";

/** Groups of machines that may restart together, in the order of their turns; those that are lost have none. */
export function batches(
  machines: readonly Machine[],
  maxUnavailable: number | string,
): readonly (readonly Machine[])[] {
  const nodes = machines.filter(({ lost }) => lost !== true).sort((one, other) => (one.name < other.name ? -1 : 1));
  const masters = nodes.filter(({ config }) => config.roles.includes("master"));
  const workers = nodes.filter(({ config }) => !config.roles.includes("master"));
  const size = atOnce(maxUnavailable, workers.length);
  const groups = Array.from({ length: Math.ceil(workers.length / size) }, (_, index) =>
    workers.slice(index * size, (index + 1) * size),
  );
  return [...masters.map((master) => [master]), ...groups];
}

/** A number, or a percentage of all, rounded down to one at least. */
export function atOnce(share: number | string, all: number): number {
  return typeof share === "number" ? share : Math.max(1, Math.floor((all * Number.parseInt(share, 10)) / 100));
}
