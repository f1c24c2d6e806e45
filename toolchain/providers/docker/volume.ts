import type { Found, Resource } from "../plugin";
import { type Properties, textAt } from "../properties";
import { daemon, refused, unlessGone } from "./daemon";
import { checkNamed, labelsOf, textMap } from "./inputs";
import { volumeSchema } from "./schema";
import { diffAgainstState, made, previewed, refound } from "./state";

/** `docker:index/volume:Volume`. */

const carriedInputs = new Set(["name", "driver", "driverOpts", "labels"]);

/** The rules of a volume; its name is its id. */
export const volume: Resource = {
  check: (inputs, olds, operation) => checkNamed(inputs, olds, operation, volumeSchema, carriedInputs),
  diff: (old, inputs) => diffAgainstState(old, inputs, volumeSchema),

  async create(inputs, operation): Promise<Found> {
    const name = textAt(inputs, "name") ?? "";
    if (operation.preview) return { id: "", outputs: previewed(inputs, volumeSchema) };
    const Driver = textAt(inputs, "driver") ?? "local";
    const DriverOpts = textMap(inputs["driverOpts"]);
    try {
      await daemon().createVolume({ Name: name, Driver, DriverOpts, Labels: labelsOf(inputs) });
      return { id: name, outputs: made(inputs, await stateOf(name), volumeSchema) };
    } catch (error) {
      throw refused("Unable to create volume", error);
    }
  },

  async read(old): Promise<Found | undefined> {
    const found = await unlessGone(stateOf(old.id));
    return found && refound(old, found, volumeSchema);
  },

  update: (_old, inputs) => Promise.resolve(inputs),

  async delete(old): Promise<void> {
    await unlessGone(daemon().getVolume(old.id).remove());
  },
};

async function stateOf(name: string): Promise<Properties> {
  const found = await daemon().getVolume(name).inspect();
  return {
    cluster: null,
    driver: found.Driver,
    driverOpts: found.Options ?? {},
    id: found.Name,
    labels: Object.entries((found.Labels as Record<string, string> | null) ?? {}).map(([label, value]) => ({
      label,
      value,
    })),
    mountpoint: found.Mountpoint,
    name: found.Name,
  };
}
