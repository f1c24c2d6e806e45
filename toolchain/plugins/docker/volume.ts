/** `docker:index/volume:Volume`. */
import { Found, Resource } from "../plugin";
import { Properties, textAt } from "../properties";
import { daemon, unlessGone } from "./daemon";
import { checkNamed, diffReplacing, labelsOf, previewed, textMap } from "./inputs";

const INPUTS = new Set(["name", "driver", "driverOpts", "labels"]);

/** The rules of a volume; its name is its id. */
export const volume: Resource = {
  check: (inputs, olds, operation) => checkNamed(inputs, olds, operation, INPUTS),
  diff: (old, inputs) => diffReplacing(old, inputs, new Set()),

  async create(inputs, operation): Promise<Found> {
    const name = textAt(inputs, "name") ?? "";
    if (operation.preview) {
      return { id: name, outputs: previewed(inputs, ["driver", "mountpoint"]) };
    }
    const Driver = textAt(inputs, "driver") ?? "local";
    const DriverOpts = textMap(inputs["driverOpts"]);
    await daemon().createVolume({ Name: name, Driver, DriverOpts, Labels: labelsOf(inputs) });
    return { id: name, outputs: await outputsOf(name, inputs) };
  },

  async read(old): Promise<Found | undefined> {
    const outputs = await unlessGone(outputsOf(old.id, old.inputs));
    return outputs === undefined ? undefined : { id: old.id, outputs };
  },

  update: (_old, inputs) => Promise.resolve(inputs),

  async delete(old): Promise<void> {
    await unlessGone(daemon().getVolume(old.id).remove());
  },
};

async function outputsOf(name: string, inputs: Properties): Promise<Properties> {
  const found = await daemon().getVolume(name).inspect();
  return { ...inputs, name: found.Name, driver: found.Driver, mountpoint: found.Mountpoint };
}
