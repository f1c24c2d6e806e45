import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../environment";
import type { ControlPlane } from "../master";
import type { NodeRow } from "../node";
import type { Again } from "../script";

export interface ClusterArgs {
  /** What is asked for: the machines, and what they are to be. */
  readonly environment: Environment;
  /**
   * What the names of its resources begin with; of several clusters in one program only one may have none.
   * @default the cluster's name and a hyphen
   */
  readonly prefix?: string;
}

/** What a cluster is to those who use it. */
export interface ClusterParts {
  readonly controlPlane: ControlPlane;
  /** Options of resources in the cluster: how to reach it, what takes them with it, and when it is ready for them. */
  readonly inside: {
    readonly provider: k8s.Provider;
    readonly deletedWith: pulumi.Resource;
    readonly dependsOn: pulumi.Resource[];
  };
  /** The node table, as the cluster reported it when it was last changed. */
  readonly nodes: pulumi.Output<NodeRow[]>;
  /** What the nodes run on is what was put on them, when this is done. */
  readonly rollout: pulumi.Resource;
  /** The first end of the certificates on each machine. */
  readonly certificates: pulumi.Output<object>;
  /** What the machines told before the run was not well. @default nothing was */
  readonly unwell?: Again;
}
