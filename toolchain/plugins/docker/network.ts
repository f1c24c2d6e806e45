/** `docker:index/network:Network`. */
import { setTimeout as sleep } from "node:timers/promises";
import { Found, Resource } from "../plugin";
import { listAt, Properties, textAt } from "../properties";
import { daemon, statusOf, unlessGone } from "./daemon";
import { checkNamed, diffReplacing, labelsOf, previewed, textMap } from "./inputs";

const INPUTS = new Set([
  "name",
  "driver",
  "ipamConfigs",
  "ipamDriver",
  "labels",
  "options",
  "internal",
  "attachable",
  "checkDuplicate",
]);
/** A network is let go some moments after its last container. */
const REMOVE_TRIES = 20;
const REMOVE_PAUSE = 500;

/** What the daemon is asked to create. */
export function networkPayload(inputs: Properties) {
  const pools = listAt(inputs, "ipamConfigs").map((pool) => ({
    Subnet: textAt(pool, "subnet") ?? "",
    ...(textAt(pool, "gateway") === undefined ? {} : { Gateway: textAt(pool, "gateway") }),
    ...(textAt(pool, "ipRange") === undefined ? {} : { IPRange: textAt(pool, "ipRange") }),
  }));
  return {
    Name: textAt(inputs, "name") ?? "",
    CheckDuplicate: true,
    Driver: textAt(inputs, "driver") ?? "bridge",
    Internal: inputs["internal"] === true,
    Attachable: inputs["attachable"] === true,
    Options: textMap(inputs["options"]),
    Labels: labelsOf(inputs),
    IPAM: { Driver: textAt(inputs, "ipamDriver") ?? "default", Config: pools },
  };
}

/** The rules of a network. */
export const network: Resource = {
  check: (inputs, olds, operation) => checkNamed(inputs, olds, operation, INPUTS),
  diff: (old, inputs) => diffReplacing(old, inputs, new Set()),

  async create(inputs, operation): Promise<Found> {
    if (operation.preview) {
      return { id: "", outputs: previewed(inputs, ["driver", "scope", "ipamConfigs"]) };
    }
    const made = await daemon().createNetwork(networkPayload(inputs));
    return { id: made.id, outputs: await outputsOf(made.id, inputs) };
  },

  async read(old): Promise<Found | undefined> {
    const outputs = await unlessGone(outputsOf(old.id, old.inputs));
    return outputs === undefined ? undefined : { id: old.id, outputs };
  },

  update: (_old, inputs) => Promise.resolve(inputs),

  async delete(old, operation): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await unlessGone(daemon().getNetwork(old.id).remove());
        return;
      } catch (error) {
        if (statusOf(error) !== 403 || attempt === REMOVE_TRIES || operation.cancelled.aborted) {
          throw error;
        }
      }
      await sleep(REMOVE_PAUSE);
    }
  },
};

async function outputsOf(id: string, inputs: Properties): Promise<Properties> {
  const found = await daemon().getNetwork(id).inspect();
  const pools = (found.IPAM?.Config ?? []).map((pool) => ({ subnet: pool["Subnet"], gateway: pool["Gateway"] }));
  return { ...inputs, name: found.Name, driver: found.Driver, scope: found.Scope, ipamConfigs: pools };
}
