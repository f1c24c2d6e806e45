/** When an object is what it was asked to be. Pure: objects in, words out. */
import { listAt, numberAt, objectAt, Properties, textAt } from "../properties";

/** Why an object is not ready yet; `failed` when waiting cannot help. */
export interface NotYet {
  readonly reason: string;
  readonly failed?: boolean;
}

/** Undefined when the object is ready, or of a kind that has nothing to wait for. */
export function notReady(object: Properties): NotYet | undefined {
  switch (textAt(object, "kind")) {
    case "Pod":
      return podNotReady(object);
    case "Deployment":
      return deploymentNotReady(object);
    case "DaemonSet":
      return daemonSetNotReady(object);
    default:
      return undefined;
  }
}

/** A pod is ready, or has done its work. */
export function podNotReady(pod: Properties): NotYet | undefined {
  const phase = textAt(pod["status"], "phase");
  if (phase === "Succeeded" || condition(pod, "Ready")?.["status"] === "True") {
    return undefined;
  }
  if (phase === "Failed") {
    return { reason: `pod has failed: ${textAt(pod["status"], "message") ?? "its containers ended"}`, failed: true };
  }
  const waiting = listAt(pod["status"], "containerStatuses")
    .map((status) => [textAt(status, "name"), objectAt(status, "state", "waiting")] as const)
    .filter(([, state]) => textAt(state, "reason") !== undefined)
    .map(([name, state]) =>
      `container ${name} waits: ${textAt(state, "reason")} ${textAt(state, "message") ?? ""}`.trim(),
    );
  const unscheduled = condition(pod, "PodScheduled");
  if (unscheduled?.["status"] === "False") {
    return { reason: `pod is not scheduled: ${textAt(unscheduled, "message") ?? ""}` };
  }
  return { reason: waiting.join("; ") || `pod is ${phase ?? "not seen by the cluster yet"} and not ready` };
}

/** A deployment has rolled out. Source: kubectl rollout status, deploymentViewer. */
export function deploymentNotReady(deployment: Properties): NotYet | undefined {
  if (!observed(deployment)) {
    return { reason: "the deployment controller has not seen the change yet" };
  }
  const progressing = condition(deployment, "Progressing");
  if (progressing?.["reason"] === "ProgressDeadlineExceeded") {
    return { reason: `the deployment does not progress: ${textAt(progressing, "message") ?? ""}`, failed: true };
  }
  const wanted = numberAt(deployment["spec"], "replicas") ?? 1;
  const [total, updated, available] = ["replicas", "updatedReplicas", "availableReplicas"].map(
    (key) => numberAt(deployment["status"], key) ?? 0,
  ) as [number, number, number];
  if (updated < wanted) {
    return { reason: `${updated} of ${wanted} new pods are made` };
  }
  if (total > updated) {
    return { reason: `${total - updated} old pods are yet to go` };
  }
  return available < updated ? { reason: `${available} of ${updated} pods are available` } : undefined;
}

/** A daemon set has rolled out. Source: kubectl rollout status, daemonSetViewer. */
export function daemonSetNotReady(daemonSet: Properties): NotYet | undefined {
  if (!observed(daemonSet)) {
    return { reason: "the daemon set controller has not seen the change yet" };
  }
  const [wanted, updated, available] = ["desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable"].map(
    (key) => numberAt(daemonSet["status"], key) ?? 0,
  ) as [number, number, number];
  const least = Math.min(updated, available);
  return least < wanted ? { reason: `${least} of ${wanted} pods are up to date and available` } : undefined;
}

function observed(object: Properties): boolean {
  const generation = numberAt(object["metadata"], "generation") ?? 0;
  return (numberAt(object["status"], "observedGeneration") ?? 0) >= generation;
}

function condition(object: Properties, type: string): Properties | undefined {
  return listAt(object["status"], "conditions").find((condition) => condition["type"] === type);
}
