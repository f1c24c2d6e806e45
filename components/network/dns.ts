import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import { HostScript } from "../script";
import type { ControlPlane } from "../master";

/** Functions of a script that tells which of the system's pods are not ready. */
export const podsScript = join(__dirname, "pods.sh");

export interface ClusterDnsArgs {
  readonly master: ControlPlane;
}

/** Names resolve in the cluster: CoreDNS, which kubeadm deploys with the first master, is available. */
export class ClusterDns extends HostScript {
  constructor(name: string, { master }: ClusterDnsArgs, opts: pulumi.CustomResourceOptions) {
    super(
      name,
      { machine: master.operator, script: join(__dirname, "dns.sh"), uses: [podsScript] },
      { deletedWith: master.cluster, ...opts },
    );
  }
}
