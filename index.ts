import * as k8s from "@pulumi/kubernetes";

import { artifactSet } from "./components/artifacts";
import { CertificateLife, clockOf, firstEnds } from "./components/certificates";
import { listenersOn, readConfig } from "./components/environment";
import { DockerEngine } from "./components/docker";
import { ApiProxies } from "./components/endpoint";
import { EtcdCluster, majorityGuard, memberHealth } from "./components/etcd";
import { ClusterHealth } from "./components/health";
import { Kubelets } from "./components/kubelet";
import { addressesHere, buildsHere, LocalMachines, localLogin, loginsHere } from "./components/local";
import { Preflight, isNode, mastersOf, sshMachines } from "./components/machine";
import { ControlPlane } from "./components/master";
import { ClusterDns, Network } from "./components/network";
import { joinNodes, Nodes, Rollout } from "./components/node";
import { Plan } from "./components/plan";
import { ClusterIdentity, takeSurvey } from "./components/survey";
import { Workloads } from "./components/workloads";

/** The whole program: what a stack's file asks for, made and kept. Its outputs are the stack's. */
export = async () => {
  // What the stack asks for, what will be installed for it, and which of its machines are there, where they are containers.
  const environment = readConfig(addressesHere);
  const artifacts = artifactSet(environment);
  const builds = buildsHere(environment);
  const health = memberHealth(environment, (name) => localLogin(environment, name));

  // What the machines that are there tell of themselves; those of another cluster are nobody's to take.
  const survey = await takeSurvey(environment, loginsHere(environment, builds));
  const clock = clockOf(survey.clocks);
  const identity = new ClusterIdentity("identity", survey);
  await identity.refuseOthers();

  // A change that would lose the cluster is refused; every other one is told in plain words.
  const { unnamed, back } = survey;
  const plan = new Plan("plan", { environment, builds, etcd: artifacts.etcd, health, unnamed, back });
  const accepted = { dependsOn: [plan] };

  // Machines that answer over SSH, each found fit before anything is changed on any.
  const found =
    environment.provider === "local"
      ? new LocalMachines("machines", { environment, builds }, accepted).machines
      : sshMachines(environment);
  const guards = [majorityGuard(environment)];
  const preflight = new Preflight(
    "preflight",
    {
      machines: survey.see(found),
      environment,
      listens: (machine) => listenersOn(machine, environment),
      identity: identity.cluster,
      guards,
    },
    accepted,
  );
  const { machines } = preflight;
  const fit = { dependsOn: [preflight] };

  // Docker everywhere; meanwhile etcd forms, and then the nodes get a kubelet and their way to the API.
  const engines = new DockerEngine("docker", { machines, environment, artifacts }, fit);
  const etcd = new EtcdCluster("etcd", { machines, environment, artifacts, clock }, fit);
  const nodeMachines = engines.machines.filter(isNode);
  const kubelets = new Kubelets("kubelets", { machines: nodeMachines, environment, artifacts });
  const prepared = new ApiProxies("proxies", { machines: nodeMachines, environment }).before(kubelets.machines);

  // The control plane, and the way in that everything in the cluster uses.
  const master = new ControlPlane("master", { machines: prepared, environment, artifacts, etcd });
  new CertificateLife("certificates", { environment, goodUntil: etcd.goodUntil, firstEnd: survey.firstEnd, clock });
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

  // Restarts that were deferred on nodes at work are made, one batch of nodes after the other.
  const rollout = new Rollout("rollout", { machines: prepared, environment }, { dependsOn: ready });

  const workloads = environment.workloads.enabled
    ? new Workloads(
        "workloads",
        { nginx: environment.workloads.nginx, address: mastersOf(environment)[0].address },
        { ...inCluster, dependsOn: ready },
      )
    : undefined;

  // A run does not end well over a cluster that is not.
  const last = [rollout, ...ready, ...(workloads ? [workloads] : [])];
  new ClusterHealth(
    "health",
    { environment, master, nginx: workloads?.url, unwell: survey.unwell },
    { dependsOn: last },
  );

  return {
    apiEndpoint: `https://${master.endpoint}`,
    kubeconfig: master.kubeconfig,
    certificates: firstEnds(etcd.ends, master.ends),
    nodes: table.rows,
    pods: workloads?.pods,
    nginxUrl: workloads?.url,
  };
};
