import { setTimeout as sleep } from "node:timers/promises";

import { type Found, NotReady, type Operation, type Remembered, type Resource } from "../plugin";
import { type Properties, textAt, unknownValue } from "../properties";
import { annotation, timeoutOf } from "./annotations";
import { ApiFailure, Unreachable } from "./apiServer";
import { diffObject } from "./changes";
import { checkObject, checkPatch } from "./checks";
import { type Cluster, describe, type Identity, identityOf } from "./cluster";
import { asFound, asInputs, asOutputs, merged } from "./drift";
import { creator, managerOf, newManager, relinquish, takeOver } from "./managers";
import { lacksRule, ruleOf } from "./readiness";
import type { Settings } from "./settings";
import { notReadyNow, Unready, untilGone, untilReady } from "./waiting";

/** Every kind of Kubernetes object by the same rules, and `...Patch` of it, which holds some fields of another's. */

/** The cluster of a provider, and how it is to be treated. */
export interface Provider {
  readonly settings: Settings;
  readonly cluster: Cluster;
}

/** Pauses before a create is tried again whose namespace or kind is not there yet, milliseconds. */
const missingDelays = [250, 500, 1000, 2000, 4000];
/** Kinds whose deletion is not waited for either, with pulumi.com/skipAwait. Source: pulumi-kubernetes, metadata. */
const skipsDeletion = ["DaemonSet", "Deployment", "Job", "Namespace", "Pod", "ReplicationController", "StatefulSet"];

/** The rules of one type, such as `kubernetes:core/v1:NodePatch`. */
export function kubernetesObject(type: string, provider: () => Provider): Resource {
  const [, groupVersion = "", typeName = ""] = type.split(":");
  const isPatch = typeName.endsWith("Patch");
  const kind = isPatch ? typeName.slice(0, -"Patch".length) : typeName;
  const ofType = { apiVersion: groupVersion.replace(/^core\//, ""), kind };
  return {
    check: (inputs, olds, { name }) =>
      isPatch ? checkPatch(inputs) : checkObject(inputs, olds, name, provider().settings.namespace),
    diff: (old, inputs) => diffObject(old.inputs, inputs, isPatch, provider().settings),
    create: (inputs, operation) =>
      operation.preview
        ? Promise.resolve({ id: "", outputs: { ...inputs, status: unknownValue } })
        : create(provider(), inputs, isPatch, operation),
    read: (old) => read(provider(), old, ofType, isPatch),
    update: (old, inputs, operation) =>
      operation.preview
        ? Promise.resolve(merged(old.outputs, inputs) as Properties)
        : update(provider(), old, inputs, isPatch, operation),
    delete: (old, operation) => remove(provider(), old, ofType, isPatch, operation),
  };
}

async function create(
  { cluster, settings }: Provider,
  inputs: Properties,
  isPatch: boolean,
  operation: Operation,
): Promise<Found> {
  const manager = newManager(inputs);
  const live = await patiently(operation, () =>
    isPatch || settings.upsert
      ? cluster.apply(inputs, manager, forces(inputs, settings))
      : cluster.create(inputs, creator),
  ).catch((error: unknown) => {
    throw isTaken(error) ? taken(error, inputs) : error;
  });
  return { id: idOf(live), outputs: await ready(cluster, live, inputs, manager, isPatch, operation) };
}

async function update(
  { cluster, settings }: Provider,
  old: Remembered,
  inputs: Properties,
  isPatch: boolean,
  operation: Operation,
): Promise<Properties> {
  const identity = { ...identityOf(inputs), ...placeOf(old.id) };
  const before = await cluster.read(identity);
  if (before === undefined) {
    throw new Error(`${describe(identity)} is not in the cluster any more: refresh the stack, then run again`);
  }
  const [oldManager, manager] = [managerOf(old.inputs, old.outputs), managerOf(inputs, old.outputs)];
  if (!isPatch) await takeOver(cluster, identity, before, manager);
  const live = await cluster.apply(inputs, manager, forces(inputs, settings)).catch((error: unknown) => {
    // As with the official plugin, the engine keeps what was wanted, and wants it again in the next run.
    throw error instanceof ApiFailure ? new NotReady(old.id, asOutputs(before, manager), inputs, error.message) : error;
  });
  const outputs = await ready(cluster, live, inputs, manager, isPatch, operation);
  if (oldManager !== manager) await relinquish(cluster, identity, oldManager);
  return outputs;
}

async function read(
  { cluster, settings }: Provider,
  old: Remembered,
  ofType: Pick<Identity, "apiVersion" | "kind">,
  isPatch: boolean,
): Promise<Found | undefined> {
  try {
    const live = await cluster.read({ ...ofType, ...placeOf(old.id) });
    if (live === undefined) return undefined;
    const isImport = textAt(old.inputs, "kind") === undefined;
    const inputs = isImport ? asInputs(live) : asFound(old.inputs, live);
    const outputs = asOutputs(live, managerOf(inputs, old.outputs));
    const problem = isPatch || isImport || skipsAwait(inputs) ? undefined : await notReadyNow(cluster, live);
    if (problem !== undefined) {
      throw new NotReady(old.id, outputs, inputs, `${describe(identityOf(live))} is not ready: ${problem.reason}`);
    }
    return { id: old.id, outputs, inputs };
  } catch (error) {
    requireGone(error, settings);
    return undefined;
  }
}

async function remove(
  { cluster, settings }: Provider,
  old: Remembered,
  ofType: Pick<Identity, "apiVersion" | "kind">,
  isPatch: boolean,
  operation: Operation,
): Promise<void> {
  try {
    const identity = { ...ofType, ...placeOf(old.id) };
    const live = await cluster.read(identity);
    // Applying to what is gone would rebuild it.
    if (live === undefined) return;
    if (isPatch) {
      await relinquish(cluster, identity, managerOf(old.inputs, old.outputs));
      return;
    }
    await cluster.delete(identity, propagation(old.inputs));
    if (!(skipsAwait(old.inputs) && skipsDeletion.includes(identity.kind))) {
      await untilGone(cluster, live, timeoutOf(old.inputs, operation.timeout), operation);
    }
  } catch (error) {
    requireGone(error, settings);
  }
}

/** Waits for the object; one that is there and does not become ready is kept by the engine, with the reason. */
async function ready(
  cluster: Cluster,
  made: Properties,
  inputs: Properties,
  manager: string,
  isPatch: boolean,
  operation: Operation,
): Promise<Properties> {
  if (isPatch || skipsAwait(inputs)) return asOutputs(made, manager);
  if (lacksRule(made)) {
    operation.log(
      "warning",
      `the stand-in plugin does not wait for ${describe(identityOf(made))}, the official one does`,
    );
  }
  if (ruleOf(made) === undefined) return asOutputs(made, manager);
  try {
    const live = await untilReady(cluster, made, timeoutOf(inputs, operation.timeout), operation);
    return asOutputs(live, manager);
  } catch (error) {
    const live = error instanceof Unready ? error.live : made;
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotReady(idOf(live), asOutputs(live, manager), inputs, reason);
  }
}

async function patiently<Answer>({ log, cancelled }: Operation, request: () => Promise<Answer>): Promise<Answer> {
  for (const delay of missingDelays) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
      log("status", `${error.message}: retrying`);
    }
    await sleep(delay, undefined, { signal: cancelled });
  }
  return request();
}

function isTaken(error: unknown): error is ApiFailure {
  return error instanceof ApiFailure && error.reason === "AlreadyExists";
}

function taken(failure: ApiFailure, inputs: Properties): Error {
  return new Error(
    `${failure.message}. It is in the cluster, and not in the state: delete it, import it with pulumi import, or let ` +
      `the provider take over what is there with upsertExistingObjects (${describe(identityOf(inputs))})`,
    { cause: failure },
  );
}

/** Throws the error, unless it says that the cluster cannot be reached and that means gone. */
function requireGone(error: unknown, settings: Settings): void {
  if (!(error instanceof Unreachable)) throw error;
  if (!settings.deleteUnreachable) {
    const way = "If the cluster is gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true and run again.";
    throw new Error(`${error.message}. ${way}`, { cause: error });
  }
}

function propagation(inputs: Properties): string {
  const wanted = annotation(inputs, "deletionPropagationPolicy")?.toLowerCase();
  // As in the official plugin, what an object made goes before it does.
  return wanted === "orphan" ? "Orphan" : wanted === "background" ? "Background" : "Foreground";
}

function forces(inputs: Properties, settings: Settings): boolean {
  return settings.patchForce || annotation(inputs, "patchForce") === "true";
}

function skipsAwait(inputs: Properties): boolean {
  return annotation(inputs, "skipAwait") === "true";
}

/** Namespace and name, or the name alone, of an object that is there. */
function idOf(live: Properties): string {
  const { namespace, name } = identityOf(live);
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function placeOf(id: string): Pick<Identity, "name" | "namespace"> {
  const [first = "", second] = id.split("/");
  return second === undefined ? { name: first } : { namespace: first, name: second };
}
