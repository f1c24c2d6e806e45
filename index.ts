import * as k8s from "@pulumi/kubernetes";

import { artifactSet } from "./components/artifacts";
import { mastersOf, readConfig, workersOf } from "./components/config";
import { DockerEngine } from "./components/docker";
import { ApiProxies } from "./components/endpoint";
import { EtcdCluster } from "./components/etcd";
import { Kubelets } from "./components/kubelet";
import { LocalMachines } from "./components/local";
import { Preflight, named, sshMachines } from "./components/machine";
import { ControlPlane } from "./components/master";
import { ClusterDns, Network } from "./components/network";
import { Nodes } from "./components/nodes";
import { Member, Worker } from "./components/worker";
import { Workloads } from "./components/workloads";

// What the stack asks for, and what will be installed for it.
const environment = readConfig();
const artifacts = artifactSet(environment);
const masterConfigs = mastersOf(environment);
const workerConfigs = workersOf(environment);
const nodeConfigs = [...masterConfigs, ...workerConfigs];

// Machines that answer over SSH, each found fit before anything is changed on any.
const machines =
  environment.provider === "local" ? new LocalMachines("machines", environment).machines : sshMachines(environment);
const fit = { dependsOn: [new Preflight("preflight", { machines, environment })] };

// Docker everywhere; meanwhile etcd forms, and then the nodes get a kubelet and their way to the API.
const engines = new DockerEngine("docker", { machines, environment, artifacts }, fit);
const etcd = new EtcdCluster("etcd", { machines, environment, artifacts }, fit);
const withDocker = named(nodeConfigs, engines.machines);
const kubelets = new Kubelets("kubelets", { machines: withDocker, environment, artifacts });
const prepared = new ApiProxies("proxies", { machines: withDocker, environment }).before(kubelets.machines);

// The control plane, and the way in that everything in the cluster uses.
const master = new ControlPlane("master", { machines: named(masterConfigs, prepared), environment, artifacts, etcd });
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
  { dependsOn: [...master.operator.dependsOn] },
);
const inCluster = { provider, deletedWith: master.cluster };

// Pods get a network and names, and machines join.
const network = new Network("network", { environment, artifacts }, inCluster);
new ClusterDns("dns", { master }, { dependsOn: [network] });
const joined = [
  ...named(masterConfigs, master.machines).map((machine) => ({
    config: machine.config,
    member: new Member(machine.name, { machine, master }, { dependsOn: [network] }),
  })),
  ...named(workerConfigs, prepared).map((machine) => ({
    config: machine.config,
    member: new Worker(machine.name, { machine, master, environment, network }),
  })),
];
const table = new Nodes("nodes", { machines: joined }, inCluster);

const workloads = environment.workloads.enabled
  ? new Workloads(
      "workloads",
      { nginx: environment.workloads.nginx, address: masterConfigs[0].address },
      { ...inCluster, dependsOn: joined.map(({ member }) => member) },
    )
  : undefined;

export const apiEndpoint = `https://${master.endpoint}`;
export const kubeconfig = master.kubeconfig;
export const nodes = table.rows;
export const pods = workloads?.pods;
export const nginxUrl = workloads?.url;
