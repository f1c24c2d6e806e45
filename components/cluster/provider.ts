import type * as k8s from "@pulumi/kubernetes";

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
