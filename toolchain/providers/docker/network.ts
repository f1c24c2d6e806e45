/** `docker:index/network:Network`. */
import { setTimeout as sleep } from "node:timers/promises";
import { Found, Resource } from "../plugin";
import { listAt, Properties, textAt } from "../properties";
import { daemon, refused, statusOf, unlessGone } from "./daemon";
import { checkNamed, labelsOf, textMap } from "./inputs";
import { NETWORK } from "./schema";
import { diffAgainstState, made, previewed, refound } from "./state";

const INPUTS = new Set(["name", "driver", "ipamConfigs", "ipamDriver", "labels", "options", "internal", "attachable"]);
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
  check: (inputs, olds, operation) => checkNamed(inputs, olds, operation, NETWORK, INPUTS),
  diff: (old, inputs) => diffAgainstState(old, inputs, NETWORK),

  async create(inputs, operation): Promise<Found> {
    if (operation.preview) {
      return { id: "", outputs: previewed(inputs, NETWORK) };
    }
    try {
      const { id } = await daemon().createNetwork(networkPayload(inputs));
      return { id, outputs: made(inputs, await stateOf(id), NETWORK) };
    } catch (error) {
      throw refused("Unable to create network", error);
    }
  },

  async read(old): Promise<Found | undefined> {
    const found = await unlessGone(stateOf(old.id));
    return found && refound(old, found, NETWORK);
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
