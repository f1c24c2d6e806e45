import { unknownValue } from "../../properties";
import type { Bag } from "../support/plugin";
import { containerType, machine, surroundings } from "./docker.container";
import { type DockerWorld, prefix } from "./docker.world";
import type { Scenario } from "./scenario";

/** What changes of a container mean. */

export const containerChecks: Scenario<DockerWorld> = {
  name: "container checks",
  type: containerType,
  async run(player) {
    await player.configure("configure", {});
    await player.check("a machine", machine());
    await player.check("an image alone", { image: "one" });
    await player.check("no image", { name: "one" });
    await player.check(
      "names that are not known",
      machine({ networksAdvanced: [{ name: unknownValue }], image: unknownValue }),
    );
    await player.check("what there is not", machine({ nonsense: true }));
    await player.check("a text for a number", machine({ memory: "much" }));
    await player.check("another restart", machine({ restart: "perhaps" }));
    await player.check("null", machine({ memory: null, dns: null }));
    const details = { ports: [{ internal: 80, external: 8080 }], envs: ["A=b"], labels: [{ label: "a", value: "b" }] };
    await player.check("ports, environment, labels", machine(details));
    await player.create("preview of a bare one", await player.check("an image alone again", { image: "one" }), {
      preview: true,
    });
  },
};

/** A change of each property that the program sets, and of some that people add. */
const changes: readonly (readonly [string, Bag])[] = [
  ["the image", { image: "keelson/machine:14" }],
  ["the name", { name: `${prefix}-other` }],
  ["the host's name", { hostname: "another" }],
  ["the command", { command: ["601"] }],
  ["fewer capabilities", { capabilities: { adds: ["CAP_SYS_ADMIN"] } }],
  ["no capabilities", { capabilities: undefined }],
  ["dropped capabilities", { capabilities: { adds: ["CAP_SYS_ADMIN"], drops: ["CAP_CHOWN"] } }],
  ["without systempaths", { securityOpts: ["seccomp=unconfined", "apparmor=unconfined"] }],
  [
    "options in another order",
    { securityOpts: ["systempaths=unconfined", "apparmor=unconfined", "seccomp=unconfined"] },
  ],
  ["the host's control groups", { cgroupnsMode: "host" }],
  ["no devices", { devices: undefined }],
  ["another device", { devices: [{ hostPath: "/dev/null" }] }],
  ["another tmpfs", { tmpfs: { "/run": "" } }],
  ["one volume less", { volumes: [{ volumeName: `${prefix}-disk`, containerPath: "/var" }] }],
  ["another volume", { volumes: [{ volumeName: `${prefix}-other`, containerPath: "/var" }] }],
  ["another address", { networksAdvanced: [{ name: `${prefix}-net`, ipv4Address: "172.31.20.12" }] }],
  ["another network", { networksAdvanced: [{ name: `${prefix}-other`, ipv4Address: "172.31.20.11" }] }],
  ["it may stop", { mustRun: false }],
  ["nobody says that it must run", { mustRun: undefined }],
  ["memory", { memory: 256 }],
  ["memory and swap", { memory: 256, memorySwap: 512 }],
  ["processors", { cpus: "1.5" }],
  ["shares of processors", { cpuShares: 512 }],
  ["restarts", { restart: "always" }],
  ["no restarts, said", { restart: "no" }],
  ["a label", { labels: [{ label: "a", value: "b" }] }],
  ["an environment", { envs: ["A=b"] }],
  ["a port", { ports: [{ internal: 80, external: 8080 }] }],
  ["privileged", { privileged: true }],
  ["not privileged, said", { privileged: false }],
  ["a grace", { destroyGraceSeconds: 5 }],
  ["volumes that stay", { removeVolumes: false }],
  ["a name that is not known", { name: unknownValue }],
  ["a network that is not known", { networksAdvanced: [{ name: unknownValue, ipv4Address: "172.31.20.11" }] }],
  ["a disk that is not known", { volumes: [{ volumeName: unknownValue, containerPath: "/var" }] }],
];

export const containerDiffs: Scenario<DockerWorld> = {
  name: "container diffs",
  type: containerType,
  async run(player) {
    await player.configure("configure", {});
    const gone = await surroundings(player);
    const state = await player.create("create", await player.check("check", machine()));
    for (const [what, more] of changes) {
      await player.diff(what, state, await player.check(`check: ${what}`, machine(more), state.inputs));
    }
    await player.delete("delete", state);
    await gone();
  },
};
