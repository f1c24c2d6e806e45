import { isObject, listAt, numberAt, objectAt, type Properties, textAt } from "../properties";

/** When an object is what it was asked to be. Pure: objects in, words out. */

/** Why an object is not ready yet. */
export interface NotYet {
  readonly reason: string;
  /** True when waiting cannot help. */
  readonly failed?: boolean;
}

/** What is asked of one kind: undefined when the object is ready. */
export type Rule = (object: Properties, endpointSlices: readonly Properties[]) => NotYet | undefined;

const rules: Readonly<Record<string, Rule>> = {
  "v1 Pod": podNotReady,
  "v1 Service": serviceNotReady,
  "apps/v1 Deployment": deploymentNotReady,
  "apps/v1 DaemonSet": daemonSetNotReady,
};
/** Kinds that the official plugin waits for, and the stand-in does not. */
const notCarried = new Set([
  "v1 PersistentVolume",
  "v1 PersistentVolumeClaim",
  "v1 ReplicationController",
  "v1 ResourceQuota",
  "apps/v1 StatefulSet",
  "batch/v1 Job",
  "networking.k8s.io/v1 Ingress",
]);

/** What is asked of the object before it counts as ready; undefined for kinds that are ready when they are there. */
export function ruleOf(object: Properties): Rule | undefined {
  return rules[typeOf(object)];
}

/** True for a kind that the official plugin would wait for, where the stand-in has no rule. */
export function lacksRule(object: Properties): boolean {
  return notCarried.has(typeOf(object));
}

/** True when traffic to the service ends at pods, of which there must be some. */
export function leadsToPods(service: Properties): boolean {
  const spec = objectAt(service, "spec");
  const selector = Object.keys(objectAt(spec, "selector"));
  return selector.length > 0 && spec["clusterIP"] !== "None" && spec["type"] !== "ExternalName";
}

/** A pod is ready, or has done its work. */
export function podNotReady(pod: Properties): NotYet | undefined {
  const status = objectAt(pod, "status");
  const phase = textAt(status, "phase");
  if (objectAt(pod, "metadata")["deletionTimestamp"] !== undefined) return { reason: "the pod is going away" };
  if (phase === "Succeeded" || condition(pod, "Ready")?.["status"] === "True") return undefined;
  if (phase === "Failed") {
    return { reason: `the pod has failed: ${textAt(status, "message") ?? "its containers ended"}`, failed: true };
  }
  const scheduled = condition(pod, "PodScheduled");
  if (scheduled?.["status"] === "False") {
    return { reason: `the pod has no node: ${textAt(scheduled, "message") ?? textAt(scheduled, "reason")}` };
  }
  const containers = [...listAt(status, "initContainerStatuses"), ...listAt(status, "containerStatuses")];
  const waiting = containers.map(containerNotReady).filter((reason) => reason !== undefined);
  return { reason: waiting.join("; ") || `the pod is ${phase ?? "not seen by the cluster yet"}, not ready` };
}

function containerNotReady(status: Properties): string | undefined {
  const name = `container ${textAt(status, "name")}`;
  const { waiting, terminated, running } = objectAt(status, "state");
  if (isObject(waiting)) {
    const last = objectAt(status, "lastState", "terminated");
    const ended =
      last["exitCode"] === undefined ? [] : [`it ended before with exit code ${numberAt(last, "exitCode")}`];
    return [`${name} waits: ${textAt(waiting, "reason")}`, textAt(waiting, "message"), ...ended]
      .filter(Boolean)
      .join(", ");
  }
  if (isObject(terminated)) {
    const code = numberAt(terminated, "exitCode") ?? 0;
    return code === 0 ? undefined : `${name} ended with exit code ${code}, ${textAt(terminated, "reason")}`;
  }
  return isObject(running) && status["ready"] === false ? `${name} runs and is not ready` : undefined;
}

/** A deployment has rolled out. Source: kubectl rollout status, deploymentViewer. */
export function deploymentNotReady(deployment: Properties): NotYet | undefined {
  if (!observed(deployment)) return { reason: "the deployment controller has not seen the change yet" };
  const progressing = condition(deployment, "Progressing");
  if (progressing?.["reason"] === "ProgressDeadlineExceeded") {
    return { reason: `the deployment does not progress: ${textAt(progressing, "message")}`, failed: true };
  }
  const status = objectAt(deployment, "status");
  const count = (key: string): number => numberAt(status, key) ?? 0;
  const wanted = numberAt(deployment["spec"], "replicas") ?? 1;
  const [total, updated, available] = [count("replicas"), count("updatedReplicas"), count("availableReplicas")];
  if (updated < wanted) {
    const refused = condition(deployment, "ReplicaFailure");
    const why = refused === undefined ? "" : `: ${textAt(refused, "message")}`;
    return { reason: `${updated} of ${wanted} new pods are made${why}` };
  }
  if (total > updated) return { reason: `${total - updated} old pods are yet to go` };
  return available < updated ? { reason: `${available} of ${updated} pods are available` } : undefined;
}

/** A daemon set has rolled out. Source: kubectl rollout status, daemonSetViewer. */
export function daemonSetNotReady(daemonSet: Properties): NotYet | undefined {
  if (!observed(daemonSet)) return { reason: "the daemon set controller has not seen the change yet" };
  const count = (key: string): number => numberAt(daemonSet["status"], key) ?? 0;
  const wanted = count("desiredNumberScheduled");
  const ready = Math.min(count("updatedNumberScheduled"), count("numberReady"), count("numberAvailable"));
  return ready < wanted ? { reason: `${ready} of ${wanted} pods are up to date and ready` } : undefined;
}

/** A service has an address where it needs one from outside, and all its pods that are to serve are ready. */
export function serviceNotReady(service: Properties, endpointSlices: readonly Properties[]): NotYet | undefined {
  const balanced = textAt(service["spec"], "type") === "LoadBalancer";
  if (balanced && listAt(objectAt(service, "status", "loadBalancer"), "ingress").length === 0) {
    return { reason: "the service has no address from a load balancer yet" };
  }
  if (!leadsToPods(service)) return undefined;
  const serving = endpointSlices
    .flatMap((slice) => listAt(slice, "endpoints"))
    .filter((endpoint) => objectAt(endpoint, "conditions")["terminating"] !== true);
  const ready = serving.filter((endpoint) => objectAt(endpoint, "conditions")["ready"] !== false);
  if (serving.length === 0) return { reason: "no pod has the labels of the service's selector" };
  return ready.length < serving.length ? { reason: `${ready.length} of ${serving.length} pods are ready` } : undefined;
}

function typeOf(object: Properties): string {
  return `${textAt(object, "apiVersion")} ${textAt(object, "kind")}`;
}

function observed(object: Properties): boolean {
  const generation = numberAt(object["metadata"], "generation") ?? 0;
  return (numberAt(object["status"], "observedGeneration") ?? 0) >= generation;
}

function condition(object: Properties, type: string): Properties | undefined {
  return listAt(object["status"], "conditions").find((candidate) => candidate["type"] === type);
}
