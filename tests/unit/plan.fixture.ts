import * as pulumi from "@pulumi/pulumi";
import * as engine from "@pulumi/pulumi/runtime/resource";

import type { Environment } from "../../components/environment";
import { Plan, type PlanArgs } from "../../components/plan";
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

/** Asks the plan of an environment about a state with this shape; gives what was told. */
export async function weighed(
  asked: Environment,
  before?: Topology,
  more: Partial<PlanArgs> = {},
): Promise<readonly string[]> {
  let hook: pulumi.ResourceHook | undefined;
  jest.spyOn(engine, "registerResourceHook").mockImplementation((registered) => {
    if (registered.name === "keelson-plan") hook = registered;
    return Promise.resolve();
  });
  const info = jest.spyOn(pulumi.log, "info").mockClear().mockResolvedValue();
  await pulumi.runtime.setMocks({
    newResource: ({ inputs }) => ({ id: "plan", state: inputs as object }),
    call: () => ({}),
  });
  new Plan("plan", { environment: asked, ...more });
  expect(hook?.opts).toEqual({ onDryRun: true });
  await hook?.callback({
    ...{ urn: "", id: "", name: "plan", type: "pulumi:index:Stash" },
    ...(before ? { oldInputs: { input: before } } : {}),
  });
  return info.mock.calls.map(([text]) => text);
}
