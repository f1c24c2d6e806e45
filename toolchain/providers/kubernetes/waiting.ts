import { setTimeout as sleep } from "node:timers/promises";

import type { Operation } from "../plugin";
import { objectAt, type Properties } from "../properties";
import { ApiFailure, Unreachable } from "./apiServer";
import { type Cluster, describe, identityOf } from "./cluster";
import { causesOf } from "./diagnosis";
import { leadsToPods, type NotYet, ruleOf } from "./readiness";

/** Waiting for an object to be ready, or gone. */

/** Pause between two looks, milliseconds: an object is waited for one look longer than it takes, at most. */
const pollInterval = 200;
/** How often a wait without news says that it still goes on, milliseconds. */
const stillInterval = 10_000;

/** The object is there, and is not what it was asked to be. */
export class Unready extends Error {
  constructor(
    reason: string,
    /** As it was seen last. */
    readonly live: Properties,
  ) {
    super(reason);
  }
}

/** Why the object is not ready at this moment; undefined when it is. */
export async function notReadyNow(cluster: Cluster, object: Properties): Promise<NotYet | undefined> {
  const rule = ruleOf(object);
  const { kind, name, namespace } = identityOf(object);
  if (rule === undefined || kind !== "Service" || !leadsToPods(object)) return rule?.(object, []);
  const slices = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace };
  return rule(object, await cluster.list(slices, { labelSelector: `kubernetes.io/service-name=${name}` }));
}

/** Waits until the object is ready, and gives it as it is then; throws Unready with all that is known of the cause. */
export async function untilReady(
  cluster: Cluster,
  made: Properties,
  seconds: number,
  operation: Operation,
): Promise<Properties> {
  let live = made;
  let fresh = true;
  const reason = await wait("ready", seconds, operation, async () => {
    if (!fresh) {
      const found = await cluster.read(identityOf(made));
      if (found === undefined) return { reason: "it was deleted while we waited for it", failed: true };
      live = found;
    }
    fresh = false;
    return notReadyNow(cluster, live);
  });
  if (reason === undefined) return live;
  const causes = await causesOf(cluster, live);
  throw new Unready([`${describe(identityOf(live))} is not ready: ${reason}`, ...causes].join("\n  "), live);
}

/** Waits until the object, and not only another of its name, is gone. */
export async function untilGone(
  cluster: Cluster,
  object: Properties,
  seconds: number,
  operation: Operation,
): Promise<void> {
  const { uid } = objectAt(object, "metadata");
  const reason = await wait("gone", seconds, operation, async () => {
    const live = objectAt(await cluster.read(identityOf(object)), "metadata");
    if (live["uid"] === undefined || live["uid"] !== uid) return undefined;
    const { finalizers } = live;
    const held = Array.isArray(finalizers) && finalizers.length > 0 ? `: held by ${finalizers.join(", ")}` : "";
    return { reason: `it is still there${held}` };
  });
  if (reason !== undefined) throw new Error(`${describe(identityOf(object))} is not gone: ${reason}`);
}

/** Looks again and again; gives the reason for an end that is not the hoped one, and undefined for that. */
async function wait(
  hoped: string,
  seconds: number,
  { log, cancelled }: Operation,
  look: () => Promise<NotYet | undefined>,
): Promise<string | undefined> {
  const began = Date.now();
  let [told, toldAt] = ["", began];
  for (;;) {
    const problem = await tolerant(look);
    if (problem === undefined) {
      // The last word about an object is not to be one that is over.
      if (told !== "") log("status", hoped);
      return undefined;
    }
    if (problem.failed === true) return problem.reason;
    if (cancelled.aborted) return `stopped while waiting: ${problem.reason}`;
    const now = Date.now();
    if (now - began > seconds * 1000) return `after ${seconds} s, ${problem.reason}`;
    if (problem.reason !== told || now - toldAt > stillInterval) {
      [told, toldAt] = [problem.reason, now];
      log("status", now - began > stillInterval ? `${told} (${Math.round((now - began) / 1000)} s)` : told);
    }
    await sleep(pollInterval, undefined, { signal: cancelled }).catch(() => undefined);
  }
}

/** An API server that pauses ends no wait: it may be restarting, as the one of a single master does. */
async function tolerant(look: () => Promise<NotYet | undefined>): Promise<NotYet | undefined> {
  try {
    return await look();
  } catch (error) {
    if (
      error instanceof Unreachable ||
      (error instanceof ApiFailure && (error.status >= 500 || error.status === 429))
    ) {
      return { reason: error.message };
    }
    throw error;
  }
}
