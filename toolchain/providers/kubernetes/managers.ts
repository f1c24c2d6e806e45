import { randomBytes } from "node:crypto";

import { isObject, listAt, objectAt, type Properties, textAt } from "../properties";
import { annotation } from "./annotations";
import { ApiFailure } from "./apiServer";
import type { Cluster, Identity } from "./cluster";

/** Who owns which field of an object. Source: Kubernetes documentation, "Server-Side Apply". */

/** Under this name objects are made, as in the official plugin; updates have a name of their own, one per resource. */
export const creator = "pulumi-kubernetes";
const maxAttempts = 5;
/** Who made an object, or changed it by hand with kubectl: what they own becomes ours at the first update. */
const takenOver = ["kubectl Apply", "kubectl Update", "before-first-apply Update", `${creator} Update`];

/** The name under which a resource owns its fields: the one it asks for, the one it had, or a new one. */
export function managerOf(inputs: Properties, outputs: Properties): string {
  return annotation(inputs, "patchFieldManager") ?? textAt(outputs, "__fieldManager") ?? creator;
}

/** A name that no other resource has. */
export function newManager(inputs: Properties): string {
  return annotation(inputs, "patchFieldManager") ?? `${creator}-${randomBytes(4).toString("hex")}`;
}

/** Gives the manager what the object's maker owns. An object that changes all the time takes more than one attempt. */
export async function takeOver(
  cluster: Cluster,
  identity: Identity,
  found: Properties,
  manager: string,
): Promise<void> {
  let live: Properties | undefined = found;
  for (let attempt = 1; live !== undefined; attempt++) {
    const operations = takeover(live, manager);
    if (operations.length === 0) return;
    try {
      await cluster.edit(identity, operations);
      return;
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 409 || attempt === maxAttempts) throw error;
    }
    live = await cluster.read(identity);
  }
}

/** Gives back every field that the manager holds; who else holds it keeps it, and what nobody holds goes. */
export async function relinquish(cluster: Cluster, identity: Identity, manager: string): Promise<void> {
  const { apiVersion, kind, name, namespace } = identity;
  await cluster.apply({ apiVersion, kind, metadata: { name, namespace } }, manager, false);
}

/**
 * Operations that give a manager what the object's maker owns: without them its first apply would meet itself as
 * another manager, and could take no field away. Empty when there is nothing to give.
 */
export function takeover(live: Properties, manager: string): readonly Properties[] {
  const entries = listAt(objectAt(live, "metadata"), "managedFields");
  const isOurs = (entry: Properties): boolean => role(entry) === `${manager} Apply`;
  const given = entries.filter((entry) => takenOver.includes(role(entry)) && !isOurs(entry) && !entry["subresource"]);
  const last = given.at(-1);
  if (last === undefined) return [];
  const fieldsV1 = [...entries.filter(isOurs), ...given].map((entry) => entry["fieldsV1"]).reduce(united);
  const rest = entries.filter((entry) => !given.includes(entry) && !isOurs(entry));
  const value = [...rest, { ...last, manager, operation: "Apply", fieldsV1 }];
  const resourceVersion = objectAt(live, "metadata")["resourceVersion"];
  return [
    { op: "replace", path: "/metadata/managedFields", value },
    // The API refuses it all when the object has changed since we looked.
    { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
  ];
}

function role(entry: Properties): string {
  return `${textAt(entry, "manager")} ${textAt(entry, "operation")}`;
}

function united(one: unknown, other: unknown): unknown {
  if (!isObject(one) || !isObject(other)) return other ?? one;
  const shared = Object.entries(other).map(([key, value]) => [key, united(one[key], value)] as const);
  return { ...one, ...Object.fromEntries(shared) };
}
