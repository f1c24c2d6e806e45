import type { Place, Topology } from "../../components/plan/topology";

const lasting = { provider: "ssh", "kubernetes.runtime": "docker" };

export function place(name: string, roles: string, more: Partial<Place> = {}): Place {
  return { name, roles: roles.split(" "), address: `${name}'s`, hostKey: `key of ${name}`, lost: false, ...more };
}

/** A topology of places, in the order of their names as in the state. */
export function topology(machines: readonly Place[], fixed: Readonly<Record<string, string>> = {}): Topology {
  return {
    machines: [...machines].sort((one, other) => (one.name < other.name ? -1 : 1)),
    fixed: { ...lasting, ...fixed },
  };
}

export const lost = { lost: true };
/** Masters of these names, each with a member of etcd. */
export const masters = (names: string, more: Partial<Place> = {}) =>
  Array.from(names, (name) => place(name, "master etcd", more));
export const worker = place("w", "worker");
