import { capabilities } from "../../../../components/local/container";
import type { Bag, State } from "../support/plugin";
import { type DockerWorld, image, prefix, subnet } from "./docker.world";
import type { Player } from "./player";
import type { Scenario } from "./scenario";

/** Containers as the program makes them: see components/local/container.ts. */

export const containerType = "docker:index/container:Container";
const networkType = "docker:index/network:Network";
const volumeType = "docker:index/volume:Volume";
const [net, disk] = [`${prefix}-net`, `${prefix}-disk`];

/** A machine's container, that sleeps: no scenario needs a machine in it. */
export function machine(more: Bag = {}): Bag {
  return {
    name: `${prefix}-machine`,
    hostname: "machine",
    image,
    entrypoints: ["/bin/sleep"],
    command: ["600"],
    capabilities: { adds: capabilities },
    securityOpts: ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"],
    cgroupnsMode: "private",
    devices: [{ hostPath: "/dev/kmsg", containerPath: "/dev/kmsg", permissions: "rwm" }],
    tmpfs: { "/run": "", "/tmp": "" },
    volumes: [
      { volumeName: disk, containerPath: "/var" },
      { hostPath: "/usr/share", containerPath: "/opt/share", readOnly: true },
    ],
    networksAdvanced: [{ name: net, ipv4Address: "172.31.20.11" }],
    mustRun: true,
    ...more,
  };
}

/** A network and a disk for it, in the steps before it, and what takes them away again. */
export async function surroundings(player: Player): Promise<() => Promise<void>> {
  const networkInputs = { name: net, driver: "bridge", ipamConfigs: [{ subnet }] };
  const bridge = await player.create("its network", networkInputs, {}, networkType);
  const volume = await player.create("its disk", { name: disk }, {}, volumeType);
  return async () => {
    await player.delete("its disk goes", volume, {}, volumeType);
    await player.delete("its network goes", bridge, {}, networkType);
  };
}

/** What the program plans after a refresh that found this. */
async function refreshed(player: Player, step: string, found: State, more: Bag = {}): Promise<void> {
  await player.diff(step, found, await player.check(`check: ${step}`, machine(more), found.inputs));
}

export const containerLife: Scenario<DockerWorld> = {
  name: "container",
  type: containerType,
  async run(player, world) {
    await player.configure("configure", {});
    const gone = await surroundings(player);
    const inputs = await player.check("check", machine());
    await player.create("preview", inputs, { preview: true });
    const state = await player.create("create", inputs);
    await player.diff("nothing", state, inputs);
    const found = await player.read("read", state);
    await refreshed(player, "nothing after a refresh", found);
    await player.read("read again", found);
    const refused = await player.check("check of a limit", machine({ memory: 256 }), inputs);
    await player.update("the daemon refuses the limit", state, refused);
    const more = { memory: 256, memorySwap: 256, restart: "always" };
    const limited = await player.check("check of limits", machine(more), inputs);
    await player.update("preview of limits", state, limited, { preview: true });
    const updated = await player.update("update", state, limited);
    await player.read("read after it", updated);
    await player.delete("delete", updated);
    await player.read("read when it is gone", updated);
    await player.delete("delete when it is gone", updated);
    const simple = { name: `${prefix}-simple`, image, entrypoints: ["/bin/sleep"], command: ["600"] };
    const plain = await player.create("a simple one", await player.check("check of a simple one", simple));
    await player.read("read of a simple one", plain);
    await world.remove("container", `${prefix}-simple`);
    await player.read("read when it is removed", plain);
    await gone();
  },
};

export const stoppedContainer: Scenario<DockerWorld> = {
  name: "stopped container",
  type: containerType,
  async run(player, world) {
    await player.configure("configure", {});
    const gone = await surroundings(player);
    const state = await player.create("create", await player.check("check", machine()));
    await world.stop(`${prefix}-machine`);
    const found = await player.read("read", state);
    await refreshed(player, "the plan after it", found);
    await player.update("update without a refresh", state, state.inputs);
    await player.read("it is still stopped", state);
    // As the engine sends it where the program ignores what Docker does not report back.
    const ignoring = { ...state.inputs, securityOpts: found.inputs["securityOpts"] };
    await player.diff("the plan that ignores it", found, ignoring);
    const started = await player.update("update after a refresh", found, ignoring);
    await player.read("it runs again", started);
    await player.delete("delete", state);
    const idle = machine({ mustRun: false });
    const mayStop = await player.create("create of one that may stop", await player.check("check of it", idle));
    await world.stop(`${prefix}-machine`);
    await refreshed(player, "it stopped", await player.read("read of it", mayStop), { mustRun: false });
    await player.delete("delete of it", mayStop);
    await gone();
  },
};

export const containerFailures: Scenario<DockerWorld> = {
  name: "container failures",
  type: containerType,
  async run(player, world) {
    await player.configure("configure", {});
    const gone = await surroundings(player);
    const ends = machine({ entrypoints: ["/bin/sh"], command: ["-c", "sleep 5; exit 3"] });
    const ended = await player.create("it is made", await player.check("check of one that ends", ends));
    await world.ended(`${prefix}-machine`);
    await player.read("read of one that ended", ended);
    await player.delete("delete of one that ended", ended);
    const state = await player.create("create", await player.check("check", machine()));
    await player.create("its name is taken", await player.check("check of its name", machine()));
    const other = `${prefix}-other`;
    const taken = await player.check("check of its address", machine({ name: other }));
    const left = await player.create("its address is taken", taken);
    await player.delete("delete of what is left", left);
    const lost = machine({ name: other, networksAdvanced: [{ name: `${prefix}-none` }] });
    const apart = await player.create("its network is missing", await player.check("check of its network", lost));
    await player.delete("delete of what is left of it", apart);
    await player.delete("delete", state);
    await gone();
  },
};
