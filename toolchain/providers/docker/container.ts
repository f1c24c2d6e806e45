import { setTimeout as sleep } from "node:timers/promises";

import type { Container } from "dockerode";

import { type Found, NotReady, type Operation, type Remembered, type Resource } from "../plugin";
import { listAt, numberAt, type Properties, same, textAt, unknownValue } from "../properties";
import { foundState, madeState, updatedState } from "./containerState";
import { daemon, refused, statusOf, unlessGone } from "./daemon";
import { checkNamed } from "./inputs";
import { containerInputs, containerPayload, endpointOf, updatePayload } from "./payload";
import { containerSchema } from "./schema";
import { diffAgainstState, previewed, refound } from "./state";

/** `docker:index/container:Container`. */

const pollInterval = 200;
/** Default longest wait for a health check to pass, seconds. */
const defaultWaitTimeout = 60;
/** Longest wait for a removal that is already under way, milliseconds. */
const removalTimeout = 60_000;
/** Limits that the daemon is told of when one of them changes. */
const limitInputs = ["restart", "maxRetryCount", "cpuShares", "memory", "memoryReservation", "cpuSet", "memorySwap"];

/** The rules of a container. */
export const container: Resource = {
  check: (inputs, olds, operation) => checkNamed(inputs, olds, operation, containerSchema, containerInputs),
  diff: (old, inputs) => diffAgainstState(old, inputs, containerSchema),

  async create(inputs, operation): Promise<Found> {
    if (operation.preview) return { id: "", outputs: previewed(inputs, containerSchema) };
    const existing = await createContainer(inputs);
    try {
      await connect(existing, inputs);
      await start(existing, inputs, operation);
    } catch (error) {
      // As with the official plugin, the engine knows of it from now on, and its removal is the engine's to order.
      throw new NotReady(
        existing.id,
        unfinished(existing.id, inputs),
        inputs,
        `creating ${operation.urn}: ${wordsOf(error)}`,
      );
    }
    return { id: existing.id, outputs: madeState(await existing.inspect(), inputs) };
  },

  async read(old): Promise<Found | undefined> {
    const found = await unlessGone(daemon().getContainer(old.id).inspect());
    // A container that stopped and must run shows as a change of mustRun, which the next update sets right.
    return found && refound(old, foundState(found, old.outputs), containerSchema);
  },

  async update(old, inputs, operation): Promise<Properties> {
    const news = updatedState(old, inputs);
    if (operation.preview) return news;
    const existing = daemon().getContainer(old.id);
    try {
      await change(existing, old, inputs);
    } catch (error) {
      throw new NotReady(old.id, news, inputs, `updating ${operation.urn}: ${wordsOf(error)}`);
    }
    return news;
  },

  async delete(old): Promise<void> {
    await remove(daemon().getContainer(old.id), old.outputs);
  },
};

/** The state of one that was made and does not run: what the daemon decides is not known, and never will be. */
function unfinished(id: string, inputs: Properties): Properties {
  const state = Object.entries(previewed(inputs, containerSchema)).map(([key, value]) => {
    const isMany =
      ["set", "blocks"].includes(containerSchema[key]?.kind ?? "") && containerSchema[key]?.outputOnly === false;
    return [key, value === unknownValue ? (isMany ? [] : null) : value] as const;
  });
  return { ...Object.fromEntries(state), id };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function createContainer(inputs: Properties): Promise<Container> {
  try {
    return await daemon().createContainer(containerPayload(inputs));
  } catch (error) {
    if (statusOf(error) === 404) {
      const image = textAt(inputs, "image");
      throw new Error(`image ${image} is not on this computer, and the stand-in plugin pulls none`, { cause: error });
    }
    throw refused("Unable to create container", error);
  }
}

/** Leaves Docker's own bridge for the networks that are asked for. */
async function connect(existing: Container, inputs: Properties): Promise<void> {
  const networks = listAt(inputs, "networksAdvanced");
  if (networks.length > 0) await unlessOutside(daemon().getNetwork("bridge").disconnect({ Container: existing.id }));
  for (const network of networks) {
    const name = textAt(network, "name") ?? "";
    try {
      await daemon()
        .getNetwork(name)
        .connect({ Container: existing.id, EndpointConfig: endpointOf(network) });
    } catch (error) {
      throw refused(`Unable to connect to network '${name}'`, error);
    }
  }
}

async function unlessOutside(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!/is not connected to/.test(wordsOf(error))) throw refused("Unable to disconnect the default network", error);
  }
}

/** Starts it, unless it should not, and waits as long as its properties ask. */
async function start(existing: Container, inputs: Properties, operation: Operation): Promise<void> {
  if (inputs["start"] === false) return;
  await launch(existing);
  if (inputs["wait"] === true) {
    await healthy(existing, numberAt(inputs, "waitTimeout") ?? defaultWaitTimeout, operation);
  }
}

async function launch(existing: Container): Promise<void> {
  try {
    await existing.start();
  } catch (error) {
    // 304: it runs already.
    if (statusOf(error) !== 304) throw refused("Unable to start container", error);
  }
}

async function change(existing: Container, { outputs }: Remembered, inputs: Properties): Promise<void> {
  if (outputs["mustRun"] === false && inputs["mustRun"] !== false && inputs["start"] !== false) await launch(existing);
  if (limitInputs.some((limit) => !same(outputs[limit] || undefined, inputs[limit] || undefined))) {
    try {
      await existing.update(updatePayload(inputs));
    } catch (error) {
      throw refused("Unable to update a container", error);
    }
  }
}

async function healthy(existing: Container, seconds: number, { cancelled }: Operation): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { State } = await existing.inspect();
    const health = State.Health?.Status;
    if (health === "healthy") return;
    if (!State.Running || health === undefined || health === "none") {
      throw new Error(
        State.Running ? "wait needs a health check, and the container has none" : `the container ended while we waited`,
      );
    }
    if (Date.now() > deadline || cancelled.aborted) {
      const last = State.Health?.Log.at(-1)?.Output ?? "";
      throw new Error(`the container is ${health}, not healthy, after ${seconds} s; its last check said: ${last}`);
    }
    await sleep(pollInterval);
  }
}

/** Kills and removes it; a grace is given only where the properties ask for one. */
async function remove(existing: Container, properties: Properties): Promise<void> {
  const grace = numberAt(properties, "destroyGraceSeconds") ?? 0;
  if (grace > 0) await unlessGone(existing.stop({ t: grace }).catch((error: unknown) => unless(304, error)));
  const v = properties["removeVolumes"] !== false;
  await unlessGone(existing.remove({ force: true, v }).catch((error: unknown) => unless(409, error)));
  const deadline = Date.now() + removalTimeout;
  while ((await unlessGone(existing.inspect())) !== undefined) {
    if (Date.now() > deadline) throw new Error("the container is still there a minute after its removal was asked for");
    await sleep(pollInterval);
  }
}

function unless(status: number, error: unknown): void {
  if (statusOf(error) !== status) throw error;
}
