/** Every kind of Kubernetes object, and `...Patch` of it, by the same rules. */
import { setTimeout as sleep } from "node:timers/promises";
import { Found, NotReady, Operation, Remembered, Resource } from "../plugin";
import { containsUnknown, isObject, objectAt, Properties, textAt, UNKNOWN } from "../properties";
import { Access, Cluster, LiveObject, Unreachable } from "./cluster";
import { NotYet, notReady } from "./readiness";
import { asFound, diffObject, named } from "./rules";

const POLL = 250;
/** Longest wait for an object to be ready or gone, seconds, unless the program says another. */
const TIMEOUT = 600;

/** Kinds whose objects are there when they are applied, and need not be looked at again. */
type Live = LiveObject;

/** The rules of one type; a patch type owns some fields of an object that is another's. */
export function kubernetesObject(type: string, access: () => Access): Resource {
  const isPatch = type.endsWith("Patch");
  const connect = () => Cluster.connect(access());

  async function apply(inputs: Properties, operation: Operation): Promise<Found> {
    const cluster = await connect();
    const force = !isPatch || annotation(inputs, "pulumi.com/patchForce") === "true";
    const live = await cluster.apply(withNamespace(inputs), manager(operation, isPatch), force);
    return { id: idOf(inputs), outputs: await awaited(cluster, live, inputs, operation, isPatch), inputs };
  }

  return {
    check: (inputs, olds, operation) => (isPatch ? { inputs } : named(inputs, olds, operation.name)),
    diff: (old, inputs) => diffObject(old.inputs, inputs),

    create: async (inputs, operation) =>
      operation.preview ? { id: "", outputs: previewed(inputs) } : apply(inputs, operation),

    async read(old): Promise<Found | undefined> {
      const live = await (await connect()).read(withNamespace(old.inputs));
      if (live === undefined) {
        return undefined;
      }
      return { id: old.id, outputs: outputsOf(live), inputs: asFound(old.inputs, live) as Properties };
    },

    update: async (_old, inputs, operation) =>
      operation.preview ? previewed(inputs) : (await apply(inputs, operation)).outputs,

    async delete(old, operation): Promise<void> {
      try {
        const cluster = await connect();
        await (isPatch ? relinquish(cluster, old, operation) : remove(cluster, old, operation));
      } catch (error) {
        if (error instanceof Unreachable && access().deleteUnreachable) {
          return;
        }
        throw error instanceof Unreachable
          ? new Error(`${error.message}. If it is gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true and run again.`)
          : error;
      }
    },
  };
}

/** Each patch is a manager of its own: applying nothing under its name gives back what it held. */
function manager(operation: Operation, isPatch: boolean): string {
  return isPatch ? `keelson-${operation.name}`.slice(0, 128) : "pulumi-kubernetes";
}

async function relinquish(cluster: Cluster, old: Remembered, operation: Operation): Promise<void> {
  // Applying to what is gone would make it anew.
  if ((await cluster.read(withNamespace(old.inputs))) === undefined) {
    return;
  }
  const { apiVersion, kind } = old.inputs;
  const { name, namespace } = objectAt(withNamespace(old.inputs), "metadata");
  await cluster.apply({ apiVersion, kind, metadata: { name, namespace } }, manager(operation, true), false);
}

async function remove(cluster: Cluster, old: Remembered, operation: Operation): Promise<void> {
  const policy = annotation(old.inputs, "pulumi.com/deletionPropagationPolicy") ?? "background";
  const object = withNamespace(old.inputs);
  const was = await cluster.delete(object, policy.charAt(0).toUpperCase() + policy.slice(1));
  if (!was || skipsAwait(old.inputs)) {
    return;
  }
  await poll(operation, async () => {
    const live = await cluster.read(object);
    return live === undefined ? undefined : { reason: `${describe(live)} is still there` };
  });
}

/** Waits until the object is ready; an object that exists and does not become ready is kept, and told of. */
async function awaited(
  cluster: Cluster,
  live: Live,
  inputs: Properties,
  operation: Operation,
  isPatch: boolean,
): Promise<Properties> {
  if (isPatch || skipsAwait(inputs)) {
    return outputsOf(live);
  }
  let latest = live;
  let first = true;
  try {
    await poll(operation, async () => {
      latest = first ? live : ((await cluster.read(live)) ?? latest);
      first = false;
      return notReady(latest);
    });
  } catch (error) {
    throw new NotReady(idOf(inputs), outputsOf(latest), inputs, error instanceof Error ? error.message : String(error));
  }
  return outputsOf(latest);
}

async function poll(operation: Operation, look: () => Promise<NotYet | undefined>): Promise<void> {
  const seconds = operation.timeout > 0 ? operation.timeout : TIMEOUT;
  const deadline = Date.now() + seconds * 1000;
  let told = "";
  for (;;) {
    const problem = await look();
    if (problem === undefined) {
      return;
    }
    if (problem.failed === true || operation.cancelled.aborted) {
      throw new Error(problem.reason);
    }
    if (Date.now() > deadline) {
      throw new Error(`after ${seconds} s: ${problem.reason}`);
    }
    if (problem.reason !== told) {
      told = problem.reason;
      operation.log("status", told);
    }
    await sleep(POLL);
  }
}

/** Namespaced kinds live in `default` unless they say otherwise; the API ignores it on the others. */
function withNamespace(inputs: Properties): Properties {
  const metadata = objectAt(inputs, "metadata");
  const namespace = textAt(metadata, "namespace") ?? "default";
  return { ...inputs, metadata: { ...metadata, namespace: clusterWide(inputs) ? undefined : namespace } };
}

const CLUSTER_WIDE = new Set([
  "Namespace",
  "Node",
  "ClusterRole",
  "ClusterRoleBinding",
  "PersistentVolume",
  "StorageClass",
]);

function clusterWide(inputs: Properties): boolean {
  return CLUSTER_WIDE.has(textAt(inputs, "kind") ?? "");
}

function outputsOf(live: Live): Properties {
  // Who owns which field is the API's affair, and longer than all the rest.
  const { managedFields: _, ...metadata } = objectAt(live, "metadata");
  return {
    ...(JSON.parse(JSON.stringify(live)) as Properties),
    metadata: JSON.parse(JSON.stringify(metadata)) as Properties,
  };
}

function previewed(inputs: Properties): Properties {
  return containsUnknown(inputs) || isObject(inputs["spec"]) ? { ...inputs, status: UNKNOWN } : inputs;
}

function idOf(inputs: Properties): string {
  const metadata = objectAt(withNamespace(inputs), "metadata");
  return [textAt(metadata, "namespace"), textAt(metadata, "name")].filter((part) => part !== undefined).join("/");
}

function annotation(inputs: Properties, key: string): string | undefined {
  return textAt(objectAt(inputs, "metadata", "annotations"), key);
}

function skipsAwait(inputs: Properties): boolean {
  return annotation(inputs, "pulumi.com/skipAwait") === "true";
}

function describe(object: Properties): string {
  return `${textAt(object, "kind") ?? "object"} ${textAt(objectAt(object, "metadata"), "name") ?? ""}`;
}
