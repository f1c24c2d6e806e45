import * as pulumi from "@pulumi/pulumi";

/** The name of the machine that a script goes with; undefined for one that stays whichever machine leaves. */
export type Place = string | undefined;

/** What a script waits for itself, and by way of others of its own machine. */
interface Awaited {
  readonly place: Place;
  readonly resources: ReadonlySet<pulumi.Resource>;
}

const awaited = new WeakMap<pulumi.Resource, Awaited>();

type DependsOn = pulumi.CustomResourceOptions["dependsOn"];

/**
 * Of what a script is to wait for, whatever another one of its own machine waits for already: the order is the same, and the state has
 * each of them by its whole name. By way of other machines nothing is left out: those stay when this one leaves, and the engine
 * orders what it deletes by what that names itself.
 */
export function withoutImplied(place: Place, dependsOn: DependsOn): DependsOn {
  if (!areResources(dependsOn)) return dependsOn;
  const all = [...new Set(dependsOn)];
  const implied = new Set(all.flatMap((one) => [...byWayOf(one, place)]));
  return all.filter((one) => !implied.has(one));
}

/** From now on whoever speaks of the same machine, and waits for the script, waits for all of these. */
export function noteOrder(script: pulumi.Resource, place: Place, dependsOn: DependsOn): void {
  const own = areResources(dependsOn) ? dependsOn : [];
  awaited.set(script, { place, resources: new Set(own.flatMap((one) => [one, ...byWayOf(one, place)])) });
}

function byWayOf(one: pulumi.Resource, place: Place): Iterable<pulumi.Resource> {
  const other = awaited.get(one);
  return place !== undefined && other?.place === place ? other.resources : [];
}

function areResources(dependsOn: DependsOn): dependsOn is pulumi.Resource[] {
  return Array.isArray(dependsOn) && dependsOn.every((one) => pulumi.Resource.isInstance(one));
}
