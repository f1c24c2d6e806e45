import { unknownValue } from "../../properties";
import type { Bag } from "../support/plugin";
import { type DockerWorld, prefix, subnet } from "./docker.world";
import type { Scenario } from "./scenario";

/** The Docker provider itself, networks and volumes. */

const networkType = "docker:index/network:Network";
const volumeType = "docker:index/volume:Volume";

export const provider: Scenario<DockerWorld> = {
  name: "provider",
  type: networkType,
  async run(player) {
    await player.configure("configure", {});
    await player.checkConfig("check of nothing", {});
    await player.checkConfig("check of a daemon", { host: "unix:///var/run/docker.sock" });
    await player.diffConfig("nothing changes", { version: "5.2.0" }, { version: "5.2.0" });
    await player.diffConfig("another version", { version: "5.2.0" }, { version: "5.2.1" });
    await player.diffConfig("another daemon", {}, { host: "unix:///run/docker.sock" });
    await player.diffConfig("a daemon that is not known", { host: "unix:///run/docker.sock" }, { host: unknownValue });
  },
};

export const autonamed: Scenario<DockerWorld> = {
  name: "names",
  type: networkType,
  async run(player) {
    await player.configure("configure", {});
    const inputs = await player.check("a network without a name", { driver: "bridge" });
    await player.check("it keeps the name", { driver: "bridge" }, inputs);
    await player.check("it gets a name of its own", { name: "mine" }, inputs);
    await player.check("a volume without a name", {}, {}, volumeType);
    await player.check("a network's name is not known", {
      name: unknownValue,
      ipamConfigs: [{ subnet: unknownValue }],
    });
    await player.check("a network with what there is not", { name: "mine", nonsense: true });
    await player.check("a number for a text", { name: 3 });
  },
};

export const network: Scenario<DockerWorld> = {
  name: "network",
  type: networkType,
  async run(player, world) {
    await player.configure("configure", {});
    const name = `${prefix}-net`;
    const program = { name, driver: "bridge", ipamConfigs: [{ subnet }] };
    const inputs = await player.check("check", program);
    await player.create("preview", inputs, { preview: true });
    const state = await player.create("create", inputs);
    await player.diff("nothing", state, inputs);
    const diff = async (what: string, more: Bag): Promise<void> => {
      await player.diff(what, state, await player.check(`check: ${what}`, { ...program, ...more }, inputs));
    };
    await diff("another subnet", { ipamConfigs: [{ subnet: "172.31.21.0/24" }] });
    await diff("a gateway", { ipamConfigs: [{ subnet, gateway: "172.31.20.1" }] });
    await diff("another name", { name: `${prefix}-other` });
    await diff("a label", { labels: [{ label: "a", value: "b" }] });
    await diff("no way out", { internal: true });
    await diff("a name that is not known", { name: unknownValue });
    const found = await player.read("read", state);
    await player.diff("nothing after a refresh", found, await player.check("check after it", program, found.inputs));
    await player.create("create of one that is there", inputs);
    await player.delete("delete", state);
    await player.read("read when it is gone", state);
    await player.delete("delete when it is gone", state);
    const again = await player.create("create again", inputs);
    await world.remove("network", name);
    await player.read("read when it is removed", again);
  },
};

export const volume: Scenario<DockerWorld> = {
  name: "volume",
  type: volumeType,
  async run(player, world) {
    await player.configure("configure", {});
    const name = `${prefix}-disk`;
    const inputs = await player.check("check", { name });
    await player.create("preview", inputs, { preview: true });
    const state = await player.create("create", inputs);
    await player.diff("nothing", state, inputs);
    const diff = async (what: string, more: Bag): Promise<void> => {
      await player.diff(what, state, await player.check(`check: ${what}`, { name, ...more }, inputs));
    };
    await diff("another name", { name: `${prefix}-other` });
    await diff("a label", { labels: [{ label: "a", value: "b" }] });
    await diff("the driver by its name", { driver: "local" });
    const found = await player.read("read", state);
    await player.diff("nothing after a refresh", found, await player.check("check after it", { name }, found.inputs));
    await player.create("create of one that is there", inputs);
    await player.delete("delete", state);
    await player.read("read when it is gone", state);
    await player.delete("delete when it is gone", state);
    const again = await player.create("create again", inputs);
    await world.remove("volume", name);
    await player.read("read when it is removed", again);
  },
};
