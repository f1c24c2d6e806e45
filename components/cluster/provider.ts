import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { ControlPlane } from "../master";

/** How Pulumi reaches the cluster that it is in. */
export function providerArgs({ kubeconfig }: ControlPlane, clusterIdentifier: string): k8s.ProviderArgs {
  return {
    kubeconfig,
    // Fixed: a kubeconfig that is not known yet must not look like another cluster.
    clusterIdentifier,
    kubeClientSettings: { timeout: 30 },
    // What a killed run made and did not note is taken over by the next.
    upsertExistingObjects: true,
    // Settings change in place: pods that start meanwhile must find them.
    enableConfigMapMutable: true,
  };
}

/** The provider by which Pulumi makes what is in the cluster. */
export function providerOf(
  name: string,
  controlPlane: ControlPlane,
  identifier: string,
  opts: pulumi.CustomResourceOptions,
): k8s.Provider {
  return new k8s.Provider(name, providerArgs(controlPlane, identifier), {
    ...opts,
    dependsOn: [...controlPlane.operator.dependsOn],
    // The cluster keeps the one that it was made with, whatever its stack is called by now.
    ignoreChanges: ["clusterIdentifier"],
  });
}
