import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { artifactScripts, imageArchives, imagesScript, programs, type ArtifactSet } from "../artifacts";
import { criSocket, engineScript } from "../docker";
import type { Machine } from "../machine";
import { HostScript, packageScripts, stepOn, unitsScripts, type Effects, type ScriptValue } from "../script";
import { leaveScripts } from "./leave";
import {
  kernelChanged,
  kernelFiles,
  kernelSettings,
  kubeletConfigFile,
  kubeletConfiguration,
  kubeletUnit,
  kubeletUnitFile,
  type NodeSettings,
} from "./render";
import { ownReservations } from "./reserved";
import { kubeletStep } from "./step";

export { leaveScripts } from "./leave";
export { clusterKubeletConfiguration, kubeletConfigFile, kubeletConfiguration, kubeletUnit } from "./render";
export { servesSigned } from "./settings";

/** Functions of a script that starts the kubelet's unit. */
export const kubeletUnitScripts: readonly string[] = [...unitsScripts, join(__dirname, "unit.sh")];

/** A function that finds in a kubelet's configuration what only its machine knows. */
export const detectedScript = join(__dirname, "detected.sh");

/** Functions of a script that asks for a certificate as a node's kubelet. */
export const requestScript = join(__dirname, "request.sh");

const effects: Effects = {
  create: "the Kubernetes programs, the images it will run, and a kubelet are installed",
  update: (changed) => {
    if (changed.has("PROGRAMS")) return "the kubelet restarts in the machine's turn if its program changed";
    const restarts = ["KUBELET_CONFIG", "NAMESERVERS", "ALLOCATABLE_MILLICPU", "ALLOCATABLE_BYTES", kubeletUnitFile];
    if (restarts.some((name) => changed.has(name))) {
      return "the kubelet restarts in the machine's turn, its pods keep running";
    }
    return changed.has("IMAGES") ? "images are loaded" : "the kubelet's installation is checked";
  },
};

export interface KubeletsArgs {
  readonly machines: readonly Machine[];
  readonly environment: NodeSettings;
  readonly artifacts: ArtifactSet;
}

/** Every machine has the Kubernetes programs, the images it will run and a configured kubelet: it can be joined. */
export class Kubelets extends pulumi.ComponentResource {
  /** The machines, their later scripts waiting for the kubelet. */
  readonly machines: readonly Machine[];

  constructor(name: string, args: KubeletsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:kubelet:Kubelets", name, {}, opts);
    this.machines = args.machines.map((machine) => {
      const kernel = kernelFiles(args.environment, machine);
      const kubelet = new HostScript(
        stepOn(machine, kubeletStep),
        {
          machine,
          script: join(__dirname, "kubelet.sh"),
          uses,
          values: valuesFor(machine, args),
          files: [...kernel, kubeletUnit(machine)],
          shared: ["PROGRAMS", "KUBELET_CONFIG", ...kernel.map(({ path }) => path)],
          effects,
        },
        { parent: this },
      );
      return { ...machine, dependsOn: [kubelet], revisions: [...(machine.revisions ?? []), kubelet.revision] };
    });
    this.registerOutputs({});
  }
}

const uses = [
  ...[...packageScripts, ...artifactScripts, imagesScript, engineScript],
  ...[...leaveScripts, ...kubeletUnitScripts, requestScript, join(__dirname, "serving.sh")],
];

function valuesFor(machine: Machine, { environment, artifacts }: KubeletsArgs): Readonly<Record<string, ScriptValue>> {
  const reserved = ownReservations(environment.kubernetes.kubelet.configuration);
  return {
    RUNTIME: environment.kubernetes.runtime,
    CRI_SOCKET: criSocket(environment.kubernetes.runtime),
    PROGRAMS: [
      ...programs(artifacts, ["kubeadm", "kubelet", "kubectl"]),
      ...programs(artifacts, ["cni-plugins", "flannel-cni"], "/opt/cni/bin"),
    ],
    IMAGES: imageArchives(artifacts, machine.config.roles),
    KUBELET_CONFIG: kubeletConfiguration(environment, machine),
    KUBELET_CONFIG_FILE: kubeletConfigFile,
    KERNEL_SETTINGS: kernelSettings(environment, machine),
    KERNEL_CHANGED: kernelChanged(machine),
    NAMESERVERS: machine.nameservers,
    NODE: machine.name,
    ADDRESS: machine.address,
    ALLOCATABLE_MILLICPU: machine.config.allocatable?.millicpu ?? 0,
    ALLOCATABLE_BYTES: machine.config.allocatable?.memoryBytes ?? 0,
    RESERVED_MILLICPU: reserved.millicpu,
    RESERVED_MEMORY: reserved.memory,
  };
}
