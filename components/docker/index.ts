import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { artifactScripts, dockerKeyDigest, programs, type ArtifactSet } from "../artifacts";
import type { DockerSettings } from "./settings";
import type { Machine } from "../machine";
import { foundScript, HostScript, packageScripts, stepOn, unitsScripts, type Effects } from "../script";
import { containerdConfig, criDockerdFile, criDockerdUnits, daemonFile, daemonJson, dataRoot } from "./render";
import { dockerStep } from "./step";

export { criSocket } from "./render";
export type { DockerSettings } from "./settings";

/** Functions of a script that asks of Docker's engine whose it is, and which cgroup driver it runs on. */
export const engineScript = join(__dirname, "engine.sh");

export interface DockerEngineArgs {
  readonly machines: readonly Machine[];
  readonly environment: DockerSettings;
  readonly artifacts: ArtifactSet;
}

/** Docker Engine runs on every machine, with the CRI endpoint that the kubelet is to use. */
export class DockerEngine extends pulumi.ComponentResource {
  /** The machines, their later scripts waiting for Docker. */
  readonly machines: readonly Machine[];

  constructor(name: string, args: DockerEngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:docker:DockerEngine", name, {}, opts);
    const { docker, kubernetes } = args.environment;
    const pause = args.artifacts.images.pause;
    const onDocker = kubernetes.runtime === "docker";
    const daemon = daemonJson(docker.daemon);
    const units = onDocker ? criDockerdUnits(pause) : [];
    this.machines = args.machines.map((machine) => {
      const { adopt } = machine.config;
      const engine = new HostScript(
        stepOn(machine, dockerStep),
        {
          machine,
          script: join(__dirname, "docker.sh"),
          uses: [...unitsScripts, ...packageScripts, foundScript, ...artifactScripts, engineScript],
          values: {
            PACKAGES: docker.packages,
            KEY_SHA256: docker.packages === "docker" ? dockerKeyDigest() : "",
            RUNTIME: kubernetes.runtime,
            DATA_ROOT: dataRoot(docker.daemon),
            PROGRAMS: onDocker ? programs(args.artifacts, ["cri-dockerd"]) : [],
            CONTAINERD_CONFIG: onDocker ? "" : containerdConfig(pause),
            ADOPT: adopt,
          },
          files: [...(adopt ? [] : [daemon]), ...units],
          shared: ["PROGRAMS", "CONTAINERD_CONFIG", ...[daemon, ...units].map(({ path }) => path)],
          effects: adopt ? adopted : effectsOf(docker.daemon),
        },
        { parent: this },
      );
      return { ...machine, dependsOn: [engine], revisions: [engine.revision] };
    });
    this.registerOutputs({});
  }
}

const adopted: Effects = {
  create: "the Docker Engine that runs there is used as it is",
  update: () => "the machine's own Docker Engine is checked",
};

function effectsOf(daemon: Readonly<Record<string, unknown>>): Effects {
  const pods = daemon["live-restore"] === false ? "its pods with it" : "its pods keep running";
  return {
    create: "Docker Engine is installed and started",
    update: (changed) => {
      if (changed.has(daemonFile)) return `Docker restarts in the machine's turn, ${pods}`;
      if (changed.has("PROGRAMS") || changed.has(criDockerdFile)) {
        return "cri-dockerd restarts in the machine's turn if its program or its unit changed, its pods keep running";
      }
      if (changed.has("CONTAINERD_CONFIG")) return "containerd restarts in the machine's turn, its pods keep running";
      return "Docker's installation is checked";
    },
  };
}
