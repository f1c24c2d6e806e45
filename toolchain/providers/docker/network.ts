import { setTimeout as sleep } from "node:timers/promises";

import type { Found, Resource } from "../plugin";
import { listAt, type Properties, textAt } from "../properties";
import { daemon, refused, statusOf, unlessGone } from "./daemon";
import { checkNamed, labelsOf, textMap } from "./inputs";
import { networkSchema } from "./schema";
import { diffAgainstState, made, previewed, refound } from "./state";

/** `docker:index/network:Network`. */

const carriedInputs = new Set([
  "name",
  "driver",
  "ipamConfigs",
  "ipamDriver",
  "labels",
  "options",
  "internal",
  "attachable",
]);
/** A network is let go some moments after its last container. */
const removeTries = 20;
const removePause = 500;

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
  check: (inputs, olds, operation) => checkNamed(inputs, olds, operation, networkSchema, carriedInputs),
  diff: (old, inputs) => diffAgainstState(old, inputs, networkSchema),

  async create(inputs, operation): Promise<Found> {
    if (operation.preview) return { id: "", outputs: previewed(inputs, networkSchema) };
    try {
      const { id } = await daemon().createNetwork(networkPayload(inputs));
      return { id, outputs: made(inputs, await stateOf(id), networkSchema) };
    } catch (error) {
      throw refused("Unable to create network", error);
    }
  },

  async read(old): Promise<Found | undefined> {
    const found = await unlessGone(stateOf(old.id));
    return found && refound(old, found, networkSchema);
  },

  update: (_old, inputs) => Promise.resolve(inputs),

  async delete(old, operation): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await unlessGone(daemon().getNetwork(old.id).remove());
        return;
      } catch (error) {
        if (statusOf(error) !== 403 || attempt === removeTries || operation.cancelled.aborted) throw error;
      }
      await sleep(removePause);
    }
  },
};

async function stateOf(id: string): Promise<Properties> {
  const found = await daemon().getNetwork(id).inspect();
  const labels = Object.entries(found.Labels ?? {}).map(([label, value]) => ({ label, value }));
  return {
    attachable: found.Attachable,
    driver: found.Driver,
    id: found.Id,
    ingress: found.Ingress,
    internal: found.Internal,
    ipamConfigs: (found.IPAM?.Config ?? []).map((pool) => ({
      auxAddress: {},
      gateway: pool["Gateway"] ?? "",
      ipRange: pool["IPRange"] ?? "",
      subnet: pool["Subnet"],
    })),
    ipamDriver: found.IPAM?.Driver,
    ipamOptions: found.IPAM?.Options ?? {},
    ipv6: found.EnableIPv6,
    labels,
    name: found.Name,
    options: found.Options ?? {},
    scope: found.Scope,
  };
}
