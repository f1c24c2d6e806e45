import { numberAt, objectAt, type Properties, textAt } from "../properties";
import { type Cluster, describe, identityOf } from "./cluster";
import { podNotReady } from "./readiness";

/** Why an object does not become ready, in the words of its pods and of the cluster's events. */

/** How many pods and events are told of: the first say it, and the others say the same. */
const mostTold = 3;

/** A sentence for each cause that can be found; none when the cluster does not tell. */
export async function causesOf(cluster: Cluster, object: Properties): Promise<readonly string[]> {
  try {
    const pods = await podsOf(cluster, object);
    const { namespace } = identityOf(object);
    const events = await cluster.list({ apiVersion: "v1", kind: "Event", namespace }, {});
    return [...podCauses(pods), ...eventCauses(events, [object, ...pods])];
  } catch {
    return [];
  }
}

async function podsOf(cluster: Cluster, object: Properties): Promise<readonly Properties[]> {
  const { kind, namespace } = identityOf(object);
  const spec = objectAt(object, "spec");
  const labels = Object.entries(
    kind === "Service" ? objectAt(spec, "selector") : objectAt(spec, "selector", "matchLabels"),
  );
  if (labels.length === 0) return [];
  const labelSelector = labels.map(([key, value]) => `${key}=${String(value)}`).join(",");
  return cluster.list({ apiVersion: "v1", kind: "Pod", namespace }, { labelSelector });
}

function podCauses(pods: readonly Properties[]): readonly string[] {
  const causes = pods.flatMap((pod) => {
    const problem = podNotReady(pod);
    const node = textAt(pod["spec"], "nodeName");
    const place = node === undefined ? "" : ` on ${node}`;
    return problem === undefined ? [] : [`pod ${identityOf(pod).name}${place}: ${problem.reason}`];
  });
  return causes.slice(0, mostTold);
}

/** The last warnings about these objects, and about those that a deployment makes on its way to pods. */
function eventCauses(events: readonly Properties[], objects: readonly Properties[]): readonly string[] {
  const names = objects.map((object) => identityOf(object).name);
  return events
    .filter((event) => event["type"] === "Warning")
    .filter((event) => names.some((name) => concerns(textAt(event["involvedObject"], "name") ?? "", name)))
    .sort((one, other) => when(one).localeCompare(when(other)))
    .slice(-mostTold)
    .map((event) => {
      const about = objectAt(event, "involvedObject");
      const identity = { apiVersion: "", kind: textAt(about, "kind") ?? "", name: textAt(about, "name") ?? "" };
      const count = numberAt(event, "count") ?? 1;
      const times = count > 1 ? ` (${count} times)` : "";
      return `event of ${describe(identity)}: ${textAt(event, "reason")}: ${textAt(event, "message")?.trim()}${times}`;
    });
}

function concerns(about: string, name: string): boolean {
  return about === name || about.startsWith(`${name}-`);
}

function when(event: Properties): string {
  return textAt(event, "lastTimestamp") ?? textAt(event, "eventTime") ?? "";
}
