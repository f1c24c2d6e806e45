import { z } from "zod";

import { fields as f, type Frozen, type Listener } from "../settings";

const nginx = z.strictObject({
  image: f.image().default("nginx:latest").describe("Image of the Deployment; changing it rolls over to the new one."),
  replicas: f.integer(0).default(3).describe("Pods of the Deployment."),
  nodePort: f
    .integer(30000, 32767)
    .default(30080)
    .describe("TCP port of every node at which nginx answers from outside."),
});

export const workloads = z
  .strictObject({
    enabled: z.boolean().default(true).describe("The example workloads are deployed."),
    nginx: nginx.prefault({}).describe("The nginx Pod, Deployment and Service."),
  })
  .meta({ example: { nginx: { image: "nginx:1.29", replicas: 5 } } });

export type WorkloadSettings = Frozen<z.output<typeof workloads>>;

/** Where the workloads are reached on a node; kube-proxy sends packets on, and nobody listens. */
export function workloadsListen({ enabled, nginx: { nodePort } }: WorkloadSettings): readonly Listener[] {
  const path = ["workloads", "nginx", "nodePort"];
  return enabled ? [{ what: "workloads.nginx.nodePort", port: nodePort, path }] : [];
}
