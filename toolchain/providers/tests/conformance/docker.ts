import { type DockerWorld, absentDocker, openDocker, removeAll } from "./docker.world";
import { containerChecks, containerDiffs } from "./docker.changes";
import { containerFailures, containerLife, stoppedContainer } from "./docker.container";
import { autonamed, network, provider, volume } from "./docker.simple";
import type { Suite } from "./scenario";

/** Networks, volumes and containers, on the Docker daemon of this computer. */

export const dockerSuite: Suite<DockerWorld> = {
  plugin: "docker",
  needsServer: true,
  environment: {},
  scenarios: [
    ...[provider, autonamed, network, volume],
    ...[containerChecks, containerDiffs, containerLife, stoppedContainer, containerFailures],
  ],
  open: openDocker,
  close: removeAll,
  absent: absentDocker,
  hidden: () => [
    [/sha256:[0-9a-f]{64}/g, "<image>"],
    [/\b[0-9a-f]{64}\b/g, "<id>"],
    [/\b[0-9a-f]{12}\b/g, "<short id>"],
    [/\bthing-[0-9a-f]{7}\b/g, "thing-<random>"],
    [/\b02:42(:[0-9a-f]{2}){4}\b/g, "<hardware address>"],
  ],
};
