import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import { HostScript } from "../machine";
import type { ControlPlane } from "../master";

export interface ClusterDnsArgs {
  readonly master: ControlPlane;
}

/** Names resolve in the cluster: CoreDNS, which kubeadm deploys with the first master, is available. */
export class ClusterDns extends HostScript {
  constructor(name: string, { master }: ClusterDnsArgs, opts: pulumi.CustomResourceOptions) {
    super(
      name,
      { machine: master.operator, script: join(__dirname, "dns.sh") },
      { deletedWith: master.cluster, ...opts },
    );
  }
}
