import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { WorkloadSettings } from "./settings";
import { nginxPod } from "./pod";

export interface WorkloadsArgs {
  readonly nginx: WorkloadSettings["nginx"];
  /** Address of a node where people reach the Service's port. */
  readonly address: string;
}

/** One line of the workloads' pod table. */
export interface PodRow {
  readonly name: string;
  readonly ready: string;
}

const labels = { app: "web" };

/** nginx answers: as a pod, as replicas that roll over without a lost request, and behind a Service. */
export class Workloads extends pulumi.ComponentResource {
  /** Where nginx answers from outside, "http://10.0.0.11:30080". */
  readonly url: string;
  readonly pods: pulumi.Output<PodRow[]>;

  constructor(name: string, args: WorkloadsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:workloads:Workloads", name, {}, opts);
    const child = { parent: this, deletedWith: opts?.deletedWith };
    const pod = new k8s.core.v1.Pod(
      "nginx-test",
      { metadata: { name: "nginx-test", labels }, spec: nginxPod("nginx:latest") },
      // A pod cannot change: one that runs would be replaced for what a later release asks of new ones.
      { ...child, ignoreChanges: ["spec"] },
    );
    const deployment = new k8s.apps.v1.Deployment("nginx-deployment", nginxDeployment(args.nginx), child);
    new k8s.core.v1.Service(
      "nginx",
      {
        metadata: { name: "nginx", labels },
        spec: {
          type: "NodePort",
          selector: labels,
          ports: [{ name: "http", port: 80, targetPort: "http", nodePort: args.nginx.nodePort }],
        },
      },
      child,
    );
    this.url = `http://${args.address}:${args.nginx.nodePort}`;
    this.pods = pulumi
      .all([pod.status, deployment.status])
      .apply(([pod, deployment]) => podRows(args.nginx, pod, deployment));
    this.registerOutputs({ url: this.url });
  }
}

/** A status is missing where the cluster has not told any yet. */
function podRows(
  { replicas }: WorkloadsArgs["nginx"],
  pod: k8s.types.output.core.v1.PodStatus | undefined,
  deployment: k8s.types.output.apps.v1.DeploymentStatus | undefined,
): PodRow[] {
  const ready = deployment?.readyReplicas ?? 0;
  // A preview has the status from before the change: a plan that was saved could not be kept with it.
  const isPast = pulumi.runtime.isDryRun() && ready !== replicas;
  return [
    { name: "nginx-test", ready: pod?.phase ?? "Unknown" },
    { name: "nginx-deployment", ready: isPast ? (pulumi.unknown as unknown as string) : `${ready} of ${replicas}` },
  ];
}

function nginxDeployment({ image, replicas }: WorkloadsArgs["nginx"]): k8s.apps.v1.DeploymentArgs {
  return {
    metadata: { name: "nginx-deployment", labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      // A new pod answers before an old one goes.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: { labels }, spec: nginxPod(image, true) },
    },
  };
}
