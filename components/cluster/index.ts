import * as pulumi from "@pulumi/pulumi";

import { artifactSet } from "../artifacts";
import { Backups, Restore } from "../backup";
import { CertificateLife, clockOf, firstEnds } from "../certificates";
import { makeKeys } from "../encryption";
import { listenersOn, type Environment } from "../environment";
import { DockerEngine } from "../docker";
import { ApiProxies } from "../endpoint";
import { EtcdCluster, quorumGuard, memberHealth } from "../etcd";
import { Kubelets } from "../kubelet";
import { buildsHere, LocalMachines, localLogin, loginsHere } from "../local";
import { isNode, Preflight, sshMachines } from "../machine";
import { ControlPlane, KubeletTrust } from "../master";
import { ClusterDns, Network } from "../network";
import { deleteLostNodes, joinNodes, Nodes, nodesAtWork, Rollout, type Deleting } from "../node";
import { Pairs } from "../pairs";
import { Plan } from "../plan";
import { Rotation } from "../rotation";
import { Fleet } from "../script";
import { ClusterIdentity, isSilent, leftOf, loginFor, takeSurvey } from "../survey";
import { Upgrade } from "../upgrade";
import type { ClusterArgs, ClusterParts } from "./parts";
import { providerOf } from "./provider";
import { keepSecrets } from "./secrets";

export type { ClusterArgs, ClusterParts } from "./parts";

/** Kubernetes with Docker on the machines of one environment, made and kept. */
export class Cluster extends pulumi.ComponentResource {
  /** What it is made of, when all of that is told to the engine. Rejected where the machines are another cluster's. */
  readonly parts: Promise<ClusterParts>;

  constructor(name: string, { environment, prefix = `${name}-` }: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:index:Cluster", name, {}, opts);
    this.parts = this.make(environment, prefix);
  }

  private async make(environment: Environment, prefix: string): Promise<ClusterParts> {
    // In an earlier release they were children of the stack.
    const child = { parent: this, aliases: [{ parent: pulumi.rootStackResource }] };
    const fleet: Fleet = new Fleet(prefix, () => plan.holds(), environment.ssh);
    const named = (name: string) => fleet.named(name);

    // What will be installed, and which of the machines are there, where they are containers.
    const artifacts = artifactSet(environment);
    const builds = buildsHere(environment);
    const health = memberHealth(environment, (name) => localLogin(environment, name));
    const login = loginsHere(environment, builds) ?? ((name: string) => loginFor(environment, name));

    // What the machines that are there tell of themselves; those of another cluster are nobody's to take.
    const survey = await takeSurvey(environment, login);
    const clock = clockOf(survey.clocks);
    const identity = new ClusterIdentity(named("identity"), survey, child);
    const known = identity.cluster;
    fleet.isKnownBy(await identity.refuseOthers());

    // A change that would lose the cluster is refused; every other one is told in plain words.
    const { unnamed, emptied, back, running, restored } = survey;
    const atWork = nodesAtWork(environment, (name) => (isSilent(survey.asked, name) ? undefined : login(name)));
    const left = leftOf(survey.asked, environment.machines);
    const told = { unnamed, emptied, back, left, running, restored };
    const plan = new Plan(named("plan"), { environment, builds, etcd: artifacts.etcd, health, atWork, ...told }, child);
    await plan.tellOfLeft();
    const accepted = { ...child, dependsOn: [plan] };

    // Machines that answer over SSH and reach each other, each found fit before anything is changed on any.
    const found =
      environment.provider === "local"
        ? new LocalMachines(named("machines"), { environment, builds, fleet }, accepted).machines
        : sshMachines(environment, fleet);
    const pairs = new Pairs(named("pairs"), { environment, machines: found, asked: survey.asked }, accepted);
    const preflight = new Preflight(
      named("preflight"),
      {
        machines: survey.see(found),
        environment,
        listens: (machine) => listenersOn(machine, environment),
        identity: known,
        guards: [quorumGuard(environment)],
      },
      { ...child, dependsOn: [plan, pairs] },
    );
    const fit = { ...child, dependsOn: [preflight] };

    // Other authorities are let in when all machines are through with what went before.
    const checked = preflight.machines;
    const rotation = new Rotation(named("authorities"), { machines: checked, environment, login, running }, fit);
    const { machines } = rotation;

    // What Secrets are encrypted with in etcd. Docker everywhere; meanwhile etcd forms, of a backup where one is to be restored, and then the nodes get a kubelet and their way to the API.
    const keys = makeKeys(machines, environment, fit);
    const engines = new DockerEngine(named("docker"), { machines, environment, artifacts }, fit);
    const backups = new Backups(named("backups"), { machines, environment, identity: known, artifacts }, fit);
    const restore = new Restore(
      named("restore"),
      { machines: backups.machines, environment, identity: known, told: restored, newest: survey.newestBackup, keys },
      fit,
    );
    const etcd = new EtcdCluster(named("etcd"), { machines: restore.machines, environment, artifacts, clock }, fit);
    const nodeMachines = engines.machines.filter(isNode);
    const kubelets = new Kubelets(named("kubelets"), { machines: nodeMachines, environment, artifacts }, child);
    const proxies = new ApiProxies(named("proxies"), { machines: nodeMachines, environment }, child);

    // Another release of Kubernetes lies on the machines by now, and is let in when they were asked what speaks against it.
    const nodes = restore.resumed(proxies.before(kubelets.machines), [etcd]);
    const { firstEnd, unwell } = survey;
    const asked = { environment, artifacts, running, machines, nodes, after: [etcd], login, firstEnd, clock };
    const upgrade = new Upgrade(named("upgrade"), asked, child);
    await upgrade.look();
    const prepared = upgrade.nodes;

    // The control plane, and the way in that everything in the cluster uses.
    const changing = upgrade.isUnderWay || rotation.isRotated;
    const deleteLost = (master: Deleting) => deleteLostNodes({ environment, machines: prepared, master }, child);
    const masters = { machines: prepared, environment, artifacts, etcd, changing, keys, deleteLost };
    const controlPlane = new ControlPlane(named("master"), masters, child);
    new CertificateLife(named("certificates"), { environment, goodUntil: etcd.goodUntil, firstEnd, clock }, child);
    const provider = providerOf(named("cluster"), controlPlane, `keelson-${named(environment.stack)}`, child);
    const inCluster = { ...child, provider, deletedWith: controlPlane.cluster };

    // Pods get a network and names, and machines join.
    const network = new Network(named("network"), { environment, artifacts, fleet }, inCluster);
    const joined = joinNodes({ machines: prepared, master: controlPlane, environment, network }, child);
    const ready = joined.map(({ ready }) => ready);
    const labelled = new Nodes(named("nodes"), { machines: joined, fleet, master: controlPlane }, inCluster);
    // What resolves names runs where pods may, and that may be on machines that have joined.
    const dns = new ClusterDns("dns", { master: controlPlane }, { ...child, dependsOn: ready });

    // Restarts that were deferred on nodes at work are made, one batch of nodes after the other.
    const turns = { ...child, dependsOn: [...ready, controlPlane.configuration] };
    const { certificates: authorities } = controlPlane.authorities;
    const rollout = new Rollout(named("rollout"), { machines: prepared, environment, authorities }, turns);
    const taken = { ...child, dependsOn: [rollout, labelled, dns] };
    const trust = new KubeletTrust(named("kubelet-trust"), { machines, environment, master: controlPlane }, taken);

    // The API server of a master at work may restart for that, and nothing asks the API meanwhile.
    const { apiServers, silent = environment.survey === "off" } = running;
    const isAtWork = silent || Object.keys(apiServers).length > 0;
    const dependsOn = isAtWork ? [...ready, trust] : ready;
    const quiet = { ...child, dependsOn: isAtWork ? [trust] : [] };
    keepSecrets(named("encryption"), { machines, environment, controlPlane, etcd, keys }, quiet);
    const inside = { provider, deletedWith: controlPlane.cluster, dependsOn };
    const certificates = firstEnds(etcd.ends, controlPlane.ends);
    fleet.recordTexts("texts", child);
    this.registerOutputs({});
    return { controlPlane, inside, nodes: labelled.rows, rollout, certificates, unwell };
  }
}
