import type { Machine } from "../../machine";

/**
 * Groups of machines that may restart together, in the order of their turns; those that are lost have none. The first worker goes
 * alone: what one node is not well on, no other gets.
 */
export function batches(
  machines: readonly Machine[],
  maxUnavailable: number | string,
): readonly (readonly Machine[])[] {
  const nodes = machines.filter(({ lost }) => lost !== true).sort((one, other) => (one.name < other.name ? -1 : 1));
  const masters = nodes.filter(({ config }) => config.roles.includes("master"));
  const workers = nodes.filter(({ config }) => !config.roles.includes("master"));
  const size = atOnce(maxUnavailable, workers.length);
  const [canary, others] = [workers.slice(0, 1), workers.slice(1)];
  const groups = Array.from({ length: Math.ceil(others.length / size) }, (_, index) =>
    others.slice(index * size, (index + 1) * size),
  );
  return [...masters.map((master) => [master]), canary, ...groups].filter((group) => group.length > 0);
}

/** A number, or a percentage of all, rounded down to one at least. */
export function atOnce(share: number | string, all: number): number {
  return typeof share === "number" ? share : Math.max(1, Math.floor((all * Number.parseInt(share, 10)) / 100));
}
