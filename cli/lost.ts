import type { Stack } from "@pulumi/pulumi/automation";

import { stepOn } from "../components/script/step";
import { stepOf, steps } from "../components/steps";
import { allSettings } from "./settings";
import { editState, type Deployment, type Resource } from "./state";

/**
 * What `destroy` would run on machines that the stack marks as lost is taken out of the state, for the engine runs no program then, and
 * stops at the first machine that it does not reach. Its settings are read and not judged: a stack whose only master is lost describes no
 * cluster any more, and is to be destroyed all the same.
 */
export async function giveUpLost(stack: Stack): Promise<void> {
  const lost = lostIn((await allSettings(stack))["machines"]);
  if (lost.length === 0) return;
  const givenUp = new Set<string>();
  await editState(stack, (deployment) => {
    const edited = withoutCommandsOf(lost, deployment, givenUp);
    return givenUp.size === 0 ? undefined : edited;
  });
  for (const name of givenUp) {
    process.stdout.write(`  note  ${name} is lost: nothing is undone on it\n`);
  }
}

function lostIn(machines: unknown): readonly string[] {
  const written = Array.isArray(machines) ? (machines as readonly unknown[]) : [];
  return written.flatMap((machine) => {
    const { name, lost } = (machine ?? {}) as { readonly name?: unknown; readonly lost?: unknown };
    return lost === true && typeof name === "string" ? [name] : [];
  });
}

/** The deployment with nothing to run there; `givenUp` gets the machines that there was something of. */
function withoutCommandsOf(lost: readonly string[], deployment: Deployment, givenUp: Set<string>): Deployment {
  const owner = new Map(lost.flatMap((name) => steps.map((step) => [stepOn({ name }, step), name] as const)));
  const edited = (resource: Resource): Resource => {
    if (resource.type !== "command:remote:Command" || !hasCommand(resource)) return resource;
    const name = resource.urn.split("::").at(-1) ?? "";
    const machine = owner.get(name);
    // One of the whole cluster may be sent by way of a machine that is lost, and goes with the cluster.
    if (machine === undefined && stepOf(name) !== undefined) return resource;
    if (machine !== undefined) givenUp.add(machine);
    return { ...resource, inputs: withoutDelete(resource.inputs), outputs: withoutDelete(resource.outputs) };
  };
  return { ...deployment, resources: (deployment.resources ?? []).map(edited) };
}

function hasCommand({ inputs, outputs }: Resource): boolean {
  return inputs?.["delete"] !== undefined || outputs?.["delete"] !== undefined;
}

/** The engine's record of a command without what it runs when it goes. */
function withoutDelete(record: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== "delete"));
}
