import type { Diff } from "../plugin";
import { isObject, objectAt, pathTo, type Properties, textAt } from "../properties";
import { autonamed, isAutonamed } from "./annotations";
import { withoutEmpty } from "./empty";
import type { Settings } from "./settings";

/** What a change of an object's fields means. Pure. */

/** Keys and indexes that lead to a value. */
type Path = readonly (string | number)[];

interface Difference {
  readonly path: Path;
  /** The new value, or the one that goes. */
  readonly value: unknown;
}

/** Fields that an object keeps from its birth, by group and kind. Source: pulumi-kubernetes, provider/diff.go. */
const fixedByType: Readonly<Record<string, readonly string[]>> = {
  "/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  "/ResourceQuota": ["spec.scopes"],
  "/Service": ["spec.clusterIP"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "policy/PodDisruptionBudget": ["spec"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};
/** The official plugin makes a pod anew for all but these, even for an image that could change in place. */
const podChangeable = /^spec\.(activeDeadlineSeconds|tolerations)(\W|$)/;

/** What to do about a change: in place, or anew where the API keeps the field. A patch is always made in place. */
export function diffObject(olds: Properties, news: Properties, isPatch: boolean, settings: Settings): Diff {
  const fixed = ["metadata.name", "metadata.namespace", ...(isPatch ? [] : fixedFields(news, settings.mutable))];
  const pod = !isPatch && typeOf(news) === "/Pod";
  const [before, now] = [canonical(olds, settings), canonical(news, settings)];
  const changes = differences(before, now).map(({ path, value }) => {
    const text = path.reduce<string>(
      (to, part) => (typeof part === "number" ? `${to}[${part}]` : pathTo(to, part)),
      "",
    );
    const replaces = fixed.some((field) => touches(path, field, value)) || (pod && isPodFixed(path, text));
    return { text, replaces };
  });
  const replaced = changes.filter(({ replaces }) => replaces).map(({ text }) => text);
  return {
    changes: changes.map(({ text }) => text),
    replaces: replaced,
    wholePaths: true,
    ofInputs: "removals",
    // Two objects of one name cannot be there side by side.
    deleteBeforeReplace: replaced.length > 0 && nameOf(before) === nameOf(now) && !isAutonamed(news),
  };
}

function typeOf(object: Properties): string {
  const [group, version] = (textAt(object, "apiVersion") ?? "").split("/");
  return `${version === undefined ? "" : group}/${textAt(object, "kind") ?? ""}`;
}

function nameOf(object: Properties): string {
  const metadata = objectAt(object, "metadata");
  return `${textAt(metadata, "namespace")}/${textAt(metadata, "name")}`;
}

function fixedFields(object: Properties, mutable: Settings["mutable"]): readonly string[] {
  const type = typeOf(object);
  if (type === "/ConfigMap") return mutable.configMap && object["immutable"] !== true ? [] : ["data", "binaryData"];
  if (type === "/Secret") {
    return mutable.secret && object["immutable"] !== true ? ["type"] : ["type", "data", "stringData"];
  }
  return fixedByType[type] ?? [];
}

function isPodFixed(path: Path, text: string): boolean {
  return path[0] === "spec" && !podChangeable.test(text);
}

/** True when the path leads into the field, or to something that has the field in it. */
function touches(path: Path, field: string, value: unknown): boolean {
  const parts = field.split(".");
  if (parts.some((part, depth) => depth < path.length && path[depth] !== part)) return false;
  const below = parts.slice(path.length);
  const last = below.pop();
  return last === undefined || last in objectAt(value, ...below);
}

/** The fields without what is empty or between the program and the provider, and with the namespace that they mean. */
function canonical(object: Properties, { namespace }: Settings): Properties {
  // States of before have lists that are empty.
  const said = withoutEmpty(object);
  const { annotations, ...metadata } = objectAt(said, "metadata");
  const others = Object.entries(objectAt(annotations)).filter(([key]) => key !== autonamed);
  const kept = others.length === 0 ? {} : { annotations: Object.fromEntries(others) };
  return { ...said, metadata: { ...metadata, ...kept, namespace: metadata["namespace"] ?? namespace } };
}

/** The innermost values that differ. */
function differences(one: unknown, other: unknown, path: Path = []): Difference[] {
  if (isObject(one) && isObject(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => !key.startsWith("__"));
    return keys.sort().flatMap((key) => differences(one[key], other[key], [...path, key]));
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    const indexes = Array.from({ length: Math.max(one.length, other.length) }, (_, index) => index);
    return indexes.flatMap((index) => differences(one[index], other[index], [...path, index]));
  }
  const [before, now] = [one ?? undefined, other ?? undefined];
  if (before === now) return [];
  return [{ path, value: now ?? before }];
}
