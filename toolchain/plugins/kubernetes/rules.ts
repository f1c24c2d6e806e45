/** What a change of an object's fields means, and how objects get names. Pure. */
import { randomBytes } from "node:crypto";
import { Checked, Diff } from "../plugin";
import { isObject, objectAt, pathTo, Properties, same, textAt } from "../properties";

const AUTONAMED = "pulumi.com/autonamed";
/** Fields that an object keeps from its birth, by kind; each change makes the object anew. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  Service: ["spec.clusterIP"],
  ClusterRoleBinding: ["roleRef"],
  RoleBinding: ["roleRef"],
};
/** The fields of a pod's specification that may change while it lives. Source: Kubernetes documentation, "Pods". */
const POD_CHANGEABLE = /^spec\.(activeDeadlineSeconds|tolerations|(initContainers|containers)\[\d+\]\.image)(\b|$)/;

/** Gives a name to an object without one: the one it had, or one of the resource's name and a random end. */
export function named(inputs: Properties, oldInputs: Properties, resourceName: string): Checked {
  const metadata = objectAt(inputs, "metadata");
  if (metadata["name"] !== undefined || metadata["generateName"] !== undefined) {
    return { inputs };
  }
  const before = objectAt(oldInputs, "metadata");
  const had = objectAt(before, "annotations")[AUTONAMED] === "true" ? textAt(before, "name") : undefined;
  const name = had ?? `${resourceName}-${randomBytes(4).toString("hex")}`;
  const annotations = { ...objectAt(metadata, "annotations"), [AUTONAMED]: "true" };
  return { inputs: { ...inputs, metadata: { ...metadata, name, annotations } } };
}

/** What to do about a change: in place, or anew where the API keeps the field. */
export function diffObject(olds: Properties, news: Properties): Diff {
  const changes = changedPaths(olds, news);
  const kind = textAt(news, "kind") ?? "";
  const replaces = changes.filter((path) => isFixed(kind, path));
  const sameName = textAt(objectAt(olds, "metadata"), "name") === textAt(objectAt(news, "metadata"), "name");
  return { changes, replaces, deleteBeforeReplace: sameName };
}

function isFixed(kind: string, path: string): boolean {
  if (["apiVersion", "kind", "metadata.name", "metadata.namespace"].includes(path)) {
    return true;
  }
  if (kind === "Pod" && path.startsWith("spec")) {
    return !POD_CHANGEABLE.test(path);
  }
  return (FIXED[kind] ?? []).some(
    (fixed) => path === fixed || path.startsWith(`${fixed}.`) || path.startsWith(`${fixed}[`),
  );
}

/** Paths of the innermost values that differ: `spec.replicas`, `spec.containers[0].image`. */
export function changedPaths(one: unknown, other: unknown, path = ""): string[] {
  if (same(one, other)) {
    return [];
  }
  if (isObject(one) && isObject(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
    return keys.flatMap((key) => changedPaths(one[key], other[key], pathTo(path, key)));
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.flatMap((member, index) => changedPaths(member, other[index], `${path}[${index}]`));
  }
  return [path];
}

/** The inputs with the values that the object really has: a refresh shows what was changed behind our back. */
export function asFound(inputs: unknown, live: unknown): unknown {
  if (isObject(inputs) && isObject(live)) {
    return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, asFound(value, live[key])]));
  }
  if (Array.isArray(inputs) && Array.isArray(live) && inputs.length === live.length) {
    return inputs.map((value, index) => asFound(value, live[index]));
  }
  // The server may write the same quantity or number in another way, or drop a default it was given.
  return live === undefined || String(inputs) === String(live) ? inputs : live;
}
