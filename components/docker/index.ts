import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { artifactScripts, programs, type ArtifactSet } from "../artifacts";
import type { Environment } from "../config";
import { HostScript, type Machine } from "../machine";
import { containerdConfig, criDockerdUnits, daemonJson } from "./render";

export interface DockerEngineArgs {
  readonly machines: readonly Machine[];
  readonly environment: Environment;
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
    this.machines = args.machines.map((machine) => {
      const engine = new HostScript(
        `${machine.name}-docker`,
        {
          machine,
          script: join(__dirname, "docker.sh"),
          uses: artifactScripts,
          values: {
            PACKAGES: docker.packages,
            RUNTIME: kubernetes.runtime,
            PROGRAMS: onDocker ? programs(args.artifacts, ["cri-dockerd"]) : [],
            CONTAINERD_CONFIG: onDocker ? "" : containerdConfig(pause),
          },
          files: [daemonJson(docker.daemon), ...(onDocker ? criDockerdUnits(pause) : [])],
        },
        { parent: this },
      );
      return { ...machine, dependsOn: [engine] };
    });
    this.registerOutputs({});
  }
}
