import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { servesSigned } from "../kubelet";
import { isNode, type Machine } from "../machine";
import { HostScript, stepOn, unitsScripts } from "../script";
import { trustEffects } from "./effects";
import type { ControlPlane } from "./index";
import { asShown, serverAddress } from "./render";
import { kubeletTrustScripts } from "./scripts";
import { trustsSigned } from "./security";
import type { MasterSettings } from "./settings";
import { approverStep, trustStep } from "./step";

/** The nodes of the configuration, "NAME ADDRESS", as certificates show addresses. */
function nodesOf(machines: readonly Machine[]): readonly string[] {
  const nodes = machines.filter((machine) => machine.lost !== true && isNode(machine));
  return nodes.map(({ name, address }) => `${name} ${asShown(address)}`);
}

/** On a master: what approves certificates that kubelets serve with; nothing where they serve with others. */
export function approver(
  machine: Machine,
  { machines, environment }: { readonly machines: readonly Machine[]; readonly environment: MasterSettings },
  opts: pulumi.CustomResourceOptions,
): readonly HostScript[] {
  if (!servesSigned(environment)) return [];
  return [
    new HostScript(
      stepOn(machine, approverStep),
      {
        machine,
        script: join(__dirname, "approver.sh"),
        uses: unitsScripts,
        values: { NODES: nodesOf(machines) },
        files: [unit],
        effects: {
          create: "certificates that kubelets of the configuration's nodes serve with are approved from now on",
          update: () => "the list of nodes whose kubelets' certificates are approved is brought up to date",
        },
      },
      opts,
    ),
  ];
}

const unit = {
  path: "/etc/systemd/system/keelson-approver.service",
  mode: "0600",
  content: `[Unit]
Description=Approval of certificates that the kubelets of this Kubernetes cluster serve with
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/bin/bash /usr/local/lib/keelson/approve-kubelets
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`,
};

export interface KubeletTrustArgs {
  readonly machines: readonly Machine[];
  readonly master: ControlPlane;
  readonly environment: MasterSettings;
}

/** The API servers take kubelets with certificates of the cluster's authority alone, one master after the other. */
export class KubeletTrust extends pulumi.ComponentResource {
  constructor(name: string, args: KubeletTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:master:KubeletTrust", name, {}, opts);
    const { machines, master, environment } = args;
    // What the state knows of a master that is lost is forgotten.
    for (const machine of machines.filter(({ lost, config }) => lost === true && config.roles.includes("master"))) {
      new HostScript(
        stepOn(machine, trustStep),
        { machine, script: join(__dirname, "kubelet-trust.sh") },
        { parent: this },
      );
    }
    let before: readonly pulumi.Resource[] = [];
    for (const machine of trustsSigned(environment) ? master.machines : []) {
      const values = {
        NODES: nodesOf(machines),
        ENDPOINT: serverAddress(environment, machine),
        VIRTUAL_ADDRESS: environment.kubernetes.virtualAddress ?? "",
      };
      const script = new HostScript(
        stepOn(machine, trustStep),
        {
          machine,
          script: join(__dirname, "kubelet-trust.sh"),
          uses: [...unitsScripts, ...kubeletTrustScripts],
          values,
          effects: trustEffects,
        },
        { parent: this, dependsOn: [...before] },
      );
      before = [script];
    }
    this.registerOutputs({});
  }
}
