import * as pulumi from "@pulumi/pulumi";

/** What scripts wait for, each with what that waits for. */
const awaited = new WeakMap<pulumi.Resource, ReadonlySet<pulumi.Resource>>();

type DependsOn = pulumi.CustomResourceOptions["dependsOn"];

/**
 * Of what a script is to wait for, whatever no other of it waits for already: the order is the same, and the state has each of
 * them by its whole name.
 */
export function withoutImplied(dependsOn: DependsOn): DependsOn {
  if (!areResources(dependsOn)) return dependsOn;
  const all = [...new Set(dependsOn)];
  const implied = new Set(all.flatMap((one) => [...(awaited.get(one) ?? [])]));
  return all.filter((one) => !implied.has(one));
}

/** From now on whoever waits for the script waits for all of these. */
export function noteOrder(script: pulumi.Resource, dependsOn: DependsOn): void {
  const own = areResources(dependsOn) ? dependsOn : [];
  awaited.set(script, new Set(own.flatMap((one) => [one, ...(awaited.get(one) ?? [])])));
}

function areResources(dependsOn: DependsOn): dependsOn is pulumi.Resource[] {
  return Array.isArray(dependsOn) && dependsOn.every((one) => pulumi.Resource.isInstance(one));
}
