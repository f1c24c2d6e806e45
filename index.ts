import * as k8s from "@pulumi/kubernetes";

import { artifactSet } from "./components/artifacts";
import { mastersOf, readConfig } from "./components/config";
import { DockerEngine } from "./components/docker";
import { ApiProxies } from "./components/endpoint";
import { EtcdCluster, majorityGuard, memberHealth } from "./components/etcd";
import { Kubelets } from "./components/kubelet";
import { addressesHere, buildsHere, LocalMachines, localLogin } from "./components/local";
import { Preflight, isNode, sshMachines } from "./components/machine";
import { ControlPlane } from "./components/master";
import { ClusterDns, Network } from "./components/network";
import { Nodes } from "./components/nodes";
import { Plan } from "./components/plan";
import { Rollout } from "./components/rollout";
import { joinNodes } from "./components/worker";
import { Workloads } from "./components/workloads";

// What the stack asks for, what will be installed for it, and which of its machines are there, where they are containers.
const environment = readConfig(addressesHere);
const artifacts = artifactSet(environment);
const builds = buildsHere(environment);
const health = memberHealth(environment, (name) => localLogin(environment, name));

// A change that would lose the cluster is refused; every other one is told in plain words.
const accepted = { dependsOn: [new Plan("plan", { environment, builds, health })] };

// Machines that answer over SSH, each found fit before anything is changed on any.
const found =
  environment.provider === "local"
    ? new LocalMachines("machines", { environment, builds }, accepted).machines
    : sshMachines(environment);
const guards = [majorityGuard(environment)];
const preflight = new Preflight("preflight", { machines: found, environment, guards }, accepted);
const { machines } = preflight;
const fit = { dependsOn: [preflight] };

// Docker everywhere; meanwhile etcd forms, and then the nodes get a kubelet and their way to the API.
const engines = new DockerEngine("docker", { machines, environment, artifacts }, fit);
const etcd = new EtcdCluster("etcd", { machines, environment, artifacts }, fit);
const nodeMachines = engines.machines.filter(isNode);
const kubelets = new Kubelets("kubelets", { machines: nodeMachines, environment, artifacts });
const prepared = new ApiProxies("proxies", { machines: nodeMachines, environment }).before(kubelets.machines);

// The control plane, and the way in that everything in the cluster uses.
const master = new ControlPlane("master", { machines: prepared, environment, artifacts, etcd });
const provider = new k8s.Provider(
  "cluster",
  {
    kubeconfig: master.kubeconfig,
    // Fixed: a kubeconfig that is not known yet must not look like another cluster.
    clusterIdentifier: `keelson-${environment.stack}`,
    kubeClientSettings: { timeout: 30 },
    // What a killed run made and did not note is taken over by the next.
    upsertExistingObjects: true,
    // Settings change in place: pods that start meanwhile must find them.
    enableConfigMapMutable: true,
  },
  // The cluster keeps the one that it was made with, whatever its stack is called by now.
  { dependsOn: [...master.operator.dependsOn], ignoreChanges: ["clusterIdentifier"] },
);
const inCluster = { provider, deletedWith: master.cluster };

// Pods get a network and names, and machines join.
const network = new Network("network", { environment, artifacts }, inCluster);
const joined = joinNodes({ machines: prepared, master, environment, network });
const ready = joined.map(({ ready }) => ready);
const table = new Nodes("nodes", { machines: joined }, inCluster);
// What resolves names runs where pods may, and that may be on machines that have joined.
new ClusterDns("dns", { master }, { dependsOn: ready });

// What was put on nodes at work is put to use, node by node.
new Rollout("rollout", { machines: prepared, environment }, { dependsOn: ready });

const workloads = environment.workloads.enabled
  ? new Workloads(
      "workloads",
      { nginx: environment.workloads.nginx, address: mastersOf(environment)[0].address },
      { ...inCluster, dependsOn: ready },
    )
  : undefined;

export const apiEndpoint = `https://${master.endpoint}`;
export const kubeconfig = master.kubeconfig;
export const nodes = table.rows;
export const pods = workloads?.pods;
export const nginxUrl = workloads?.url;
