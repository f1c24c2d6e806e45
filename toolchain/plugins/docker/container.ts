/** `docker:index/container:Container`. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Container, ContainerInspectInfo } from "dockerode";
import { Found, Operation, Resource } from "../plugin";
import { listAt, numberAt, Properties, textAt } from "../properties";
import { daemon, statusOf, unlessGone } from "./daemon";
import { checkNamed, diffReplacing, previewed } from "./inputs";
import { CONTAINER_INPUTS, containerPayload, endpointOf, updatePayload } from "./payload";

/** What the daemon can change on a container that exists, and what only says how we treat it. */
const IN_PLACE = new Set(
  [
    "memory memorySwap cpuShares restart",
    "attach destroyGraceSeconds logs mustRun removeVolumes rm start wait waitTimeout",
  ].flatMap((words) => words.split(" ")),
);
const FROM_DAEMON = ["networkDatas", "bridge", "exitCode"];
const POLL = 200;
/** Default longest wait for a health check to pass, seconds. */
const WAIT_TIMEOUT = 60;
/** Longest wait for a removal that is already under way, milliseconds. */
const REMOVAL_TIMEOUT = 60_000;

/** The rules of a container. */
export const container: Resource = {
  check: (inputs, olds, operation) => checkNamed(inputs, olds, operation, CONTAINER_INPUTS),
  diff: (old, inputs) => diffReplacing(old, inputs, IN_PLACE),

  async create(inputs, operation): Promise<Found> {
    if (operation.preview) {
      return { id: "", outputs: previewed(inputs, FROM_DAEMON) };
    }
    const made = await createContainer(inputs);
    try {
      await connectFurther(made, inputs);
      await start(made, inputs, operation);
    } catch (error) {
      // A failed create is not in the state: nothing else would ever remove it.
      await remove(made, inputs);
      throw error;
    }
    return { id: made.id, outputs: outputsOf(await made.inspect(), inputs) };
  },

  async read(old): Promise<Found | undefined> {
    const found = await unlessGone(daemon().getContainer(old.id).inspect());
    if (found === undefined) {
      return undefined;
    }
    // A stopped container shows as a change of mustRun, which the next update sets right by starting it.
    const stopped = !found.State.Running && old.inputs["mustRun"] !== false;
    const inputs = stopped ? { ...old.inputs, mustRun: false } : old.inputs;
    return { id: old.id, outputs: outputsOf(found, inputs), inputs };
  },

  async update(old, inputs, operation): Promise<Properties> {
    if (operation.preview) {
      return { ...old.outputs, ...inputs };
    }
    const existing = daemon().getContainer(old.id);
    await existing.update(updatePayload(inputs));
    await start(existing, inputs, operation);
    return outputsOf(await existing.inspect(), inputs);
  },

  async delete(old): Promise<void> {
    await remove(daemon().getContainer(old.id), old.outputs);
  },
};

async function createContainer(inputs: Properties): Promise<Container> {
  try {
    return await daemon().createContainer(containerPayload(inputs));
  } catch (error) {
    if (statusOf(error) === 404) {
      const image = textAt(inputs, "image");
      throw new Error(`image ${image} is not on this computer, and the stand-in plugin pulls none`, { cause: error });
    }
    throw error;
  }
}

async function connectFurther(made: Container, inputs: Properties): Promise<void> {
  for (const network of listAt(inputs, "networksAdvanced").slice(1)) {
    await daemon()
      .getNetwork(textAt(network, "name") ?? "")
      .connect({ Container: made.id, EndpointConfig: endpointOf(network) });
  }
}

/** Starts it, unless it should not or already does, and waits as long as its properties ask. */
async function start(existing: Container, inputs: Properties, operation: Operation): Promise<void> {
  if (inputs["start"] === false) {
    return;
  }
  // 304: it runs already.
  await existing.start().catch((error: unknown) => {
    if (statusOf(error) !== 304) {
      throw error;
    }
  });
  if (inputs["mustRun"] !== false && inputs["attach"] !== true) {
    await requireRunning(existing);
  }
  if (inputs["wait"] === true) {
    await healthy(existing, numberAt(inputs, "waitTimeout") ?? WAIT_TIMEOUT, operation);
  }
}

async function requireRunning(existing: Container): Promise<void> {
  const { State } = await existing.inspect();
  if (!State.Running) {
    throw new Error(
      `the container ended at once with exit code ${State.ExitCode}; its last lines:\n${await tail(existing)}`,
    );
  }
}

async function healthy(existing: Container, seconds: number, { cancelled }: Operation): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { State } = await existing.inspect();
    const health = State.Health?.Status;
    if (health === "healthy") {
      return;
    }
    if (!State.Running || health === undefined || health === "none") {
      throw new Error(
        State.Running ? "wait needs a health check, and the container has none" : `the container ended while we waited`,
      );
    }
    if (Date.now() > deadline || cancelled.aborted) {
      const last = State.Health?.Log.at(-1)?.Output ?? "";
      throw new Error(`the container is ${health}, not healthy, after ${seconds} s; its last check said: ${last}`);
    }
    await sleep(POLL);
  }
}

async function tail(existing: Container): Promise<string> {
  const logs = await existing.logs({ stdout: true, stderr: true, tail: 10 });
  // Eight bytes stand before each piece, of which the last four are its length.
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= logs.length;) {
    const end = at + 8 + logs.readUInt32BE(at + 4);
    pieces.push(logs.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(pieces).toString();
}

/** Kills and removes it; a grace is given only where the properties ask for one. */
async function remove(existing: Container, properties: Properties): Promise<void> {
  const grace = numberAt(properties, "destroyGraceSeconds") ?? 0;
  if (grace > 0) {
    await unlessGone(existing.stop({ t: grace }).catch((error: unknown) => unless(304, error)));
  }
  const v = properties["removeVolumes"] !== false;
  await unlessGone(existing.remove({ force: true, v }).catch((error: unknown) => unless(409, error)));
  const deadline = Date.now() + REMOVAL_TIMEOUT;
  while ((await unlessGone(existing.inspect())) !== undefined) {
    if (Date.now() > deadline) {
      throw new Error("the container is still there a minute after its removal was asked for");
    }
    await sleep(POLL);
  }
}

function unless(status: number, error: unknown): void {
  if (statusOf(error) !== status) {
    throw error;
  }
}

function outputsOf(found: ContainerInspectInfo, inputs: Properties): Properties {
  const networkDatas = Object.entries(found.NetworkSettings.Networks).map(([networkName, network]) => ({
    networkName,
    gateway: network.Gateway,
    ipAddress: network.IPAddress,
    ipPrefixLength: network.IPPrefixLen,
    macAddress: network.MacAddress,
  }));
  // Newer daemons have no such field any more.
  const bridge = (found.NetworkSettings as { readonly Bridge?: string }).Bridge;
  return { ...inputs, networkDatas, bridge, exitCode: found.State.ExitCode };
}
