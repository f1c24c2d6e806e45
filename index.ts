import { Cluster } from "./components/cluster";
import { readConfig } from "./components/environment";
import { ClusterHealth } from "./components/health";
import { addressesHere } from "./components/local";
import { mastersOf } from "./components/machine";
import { Workloads } from "./components/workloads";

/** The whole program: what a stack's file asks for, made and kept. Its outputs are the stack's. */
export = async () => {
  const environment = readConfig(addressesHere);

  // Kubernetes on the stack's machines. It is the stack's only cluster, and needs no name of its own.
  const cluster = new Cluster("keelson", { environment, prefix: "" });
  const { controlPlane, inside, nodes, rollout, certificates, unwell } = await cluster.parts;

  const workloads = environment.workloads.enabled
    ? new Workloads(
        "workloads",
        { nginx: environment.workloads.nginx, address: mastersOf(environment)[0].address },
        inside,
      )
    : undefined;

  // A run does not end well over a cluster that is not.
  const last = [rollout, ...inside.dependsOn, ...(workloads ? [workloads] : [])];
  new ClusterHealth(
    "health",
    { environment, master: controlPlane, nginx: workloads?.url, unwell },
    { dependsOn: last },
  );

  // Pulumi warns of an output that is not there.
  const { backup } = environment.etcd;
  return {
    apiEndpoint: `https://${controlPlane.endpoint}`,
    kubeconfig: controlPlane.kubeconfig,
    certificates,
    nodes,
    ...(workloads ? { pods: workloads.pods, nginxUrl: workloads.url } : {}),
    ...(backup ? { backups: { every: backup.every, to: backup.to } } : {}),
  };
};
