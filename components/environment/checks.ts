import { artifactChecks } from "../artifacts/settings";
import { backupChecks } from "../backup/settings";
import { certificateChecks } from "../certificates/settings";
import { dockerChecks } from "../docker/settings";
import { encryptionChecks } from "../encryption/settings";
import { endpointChecks } from "../endpoint/settings";
import { etcdChecks } from "../etcd/settings";
import { kubeletChecks } from "../kubelet/settings";
import { having, type MachineConfig } from "../machine/settings";
import { componentChecks, flagChecks, securityChecks } from "../master/settings";
import { flannelChecks, podMask } from "../network/settings";
import { liesIn, show, type Context, type Contradiction } from "../settings";
import { loginChecks } from "../ssh";
import { workloadChecks } from "../workloads/settings";
import { addressChecks } from "./addressChecks";
import { portChecks } from "./portChecks";
import { tenthAddress, type Environment } from "./resolve";
import type { Configuration } from "./schema";

/** A configuration with what it resolves to, as the checks read them. */
export interface Subject {
  readonly configuration: Configuration;
  readonly environment: Environment;
  readonly context: Context;
}

/** Every contradiction between the fields of a configuration. */
export function contradictions(subject: Subject): readonly Contradiction[] {
  return [
    ...machineChecks(subject),
    ...workloadChecks(subject),
    ...addressChecks(subject),
    ...providerChecks(subject),
    ...loginChecks(subject),
    ...portChecks(subject.environment),
    ...endpointChecks(subject),
    ...flannelChecks(subject),
    ...kubeletSpans(subject),
    ...certificateChecks(subject.configuration.certificates),
    ...componentChecks(subject),
    ...flagChecks(subject),
    ...securityChecks(subject),
    ...encryptionChecks(subject),
    ...etcdChecks(subject),
    ...backupChecks(subject),
    ...kubeletChecks(subject),
    ...dockerChecks(subject),
    ...artifactChecks(subject),
  ];
}

/** Sections that say something about the other kind of machines. */
function* providerChecks({ configuration }: Subject): Generator<Contradiction> {
  const { provider, local, ssh, machines } = configuration;
  const uses = [["provider"]];
  if (provider === "ssh" && local) {
    yield { path: ["local"], uses, message: 'is for provider "local", and the provider is "ssh": leave it out' };
  }
  for (const [index, { image }] of machines.entries()) {
    if (provider !== "ssh" || image === undefined) continue;
    const message = 'is for provider "local", and the provider is "ssh": leave it out';
    yield { path: ["machines", index, "image"], uses, message };
  }
  if (provider !== "local") return;
  const message = 'is for provider "ssh"; local machines are made with logins of their own: leave it out';
  if (ssh) yield { path: ["ssh"], uses, message };
  for (const [index, machine] of machines.entries()) {
    if (machine.ssh) yield { path: ["machines", index, "ssh"], uses, message };
  }
}

function* machineChecks({ configuration, environment }: Subject): Generator<Contradiction> {
  const { machines } = configuration;
  for (const [index, { name }] of machines.entries()) {
    const first = machines.findIndex((machine) => machine.name === name);
    if (first < index) {
      yield {
        path: ["machines", index, "name"],
        message: `${show(name)} is the name of machines[${first}] as well: give each machine a name of its own`,
      };
    }
  }
  yield* sharedNames(environment.machines);
  yield* roleChecks(environment);
  yield* adoptionChecks(configuration);
}

/** What is adopted is used as it is: containerd would need a configuration of ours. */
function* adoptionChecks({ machines, provider, kubernetes }: Configuration): Generator<Contradiction> {
  for (const [index, { adopt }] of machines.entries()) {
    if (!adopt) continue;
    const path = ["machines", index, "adopt"];
    if (provider === "local") {
      const message = 'is for provider "ssh"; local machines have no Docker Engine before they are made: leave it out';
      yield { path, uses: [["provider"]], message };
    }
    if (kubernetes.runtime === "containerd") {
      const message =
        'is for runtime "docker", and the runtime is "containerd", which needs a configuration of its own: leave it out, or set kubernetes.runtime';
      yield { path, uses: [["kubernetes", "runtime"]], message };
    }
  }
}

/** Steps are named after their machines: "a-etcd-member" is the member of etcd of a, and the node of a-etcd. */
function* sharedNames(machines: Environment["machines"]): Generator<Contradiction> {
  for (const [index, { name, roles }] of machines.entries()) {
    const first = machines.findIndex((machine) => machine.roles.includes("etcd") && `${machine.name}-etcd` === name);
    if (first < 0 || roles.every((role) => role === "etcd")) continue;
    const message = `${show(name)} would share the name of a step, ${name}-member, with the member of etcd of machines[${first}]: give one of them another name`;
    yield { path: ["machines", index, "name"], uses: [["machines", first, "name"]], message };
  }
}

function* roleChecks({ machines }: Environment): Generator<Contradiction> {
  const path = ["machines"];
  const uses = machines.map((_, index) => ["machines", index, "roles"]);
  if (having(machines, "master").length === 0) {
    yield { path, uses, message: 'no machine has the role "master": give it to one' };
  }
  const members = having(machines, "etcd").map(({ name }) => name);
  if (members.length === 0 && machines.some(({ roles }) => roles.includes("etcd"))) {
    yield { path, uses, message: "every member of etcd is lost, and the cluster's data with them: build a new one" };
  }
  if (members.length > 0 && members.length % 2 === 0) {
    const message = `${members.length} machines are members of etcd (${members.join(", ")}), and an even number tolerates no more failures than one member less: use 1, 3 or 5`;
    // Without a lost one, the others go on as they are until another takes its place.
    if (!machines.some(({ roles, lost }) => lost && roles.includes("etcd"))) yield { path, uses, message };
  }
}

const isOfNodes = (role: MachineConfig["roles"][number]) => role !== "etcd";

/** What kubelets are told of the cluster's networks, and of their machines' kernels. */
function* kubeletSpans({ configuration, environment }: Subject): Generator<Contradiction> {
  const { kubelet, networking } = configuration.kubernetes;
  const { maxPods } = kubelet.configuration;
  // The network's own address, the bridge's and that for all are no pod's; a few pods share their machine's.
  const most = 2 ** (32 - podMask(environment.kubernetes)) - 1;
  if (typeof maxPods === "number" && maxPods > most) {
    const path = ["kubernetes", "kubelet", "configuration", "maxPods"];
    const uses = [["kubernetes", "controllerManager", "extraArgs"]];
    const message = `${maxPods} pods are more than a node has addresses for: use ${most} at most`;
    yield { path, uses, message };
  }
  // The owner of another computer may have set its kernel as kubelets want it; this computer's is left as it is.
  const shared = environment.machines.filter(({ roles }) => environment.provider === "local" && roles.some(isOfNodes));
  if (kubelet.configuration["protectKernelDefaults"] === true && shared.length > 0) {
    const path = ["kubernetes", "kubelet", "configuration", "protectKernelDefaults"];
    const uses = [["provider"], ["machines"]];
    const names = shared.map(({ name }) => name).join(", ");
    const message = `true: the kernel of ${names} is another computer's, whose settings are left as they are, and no kubelet would start on others than its own: leave it out`;
    yield { path, uses, message };
  }
  for (const [index, address] of (kubelet.clusterDNS ?? []).entries()) {
    if (liesIn(address, networking.serviceSubnet)) continue;
    yield {
      path: ["kubernetes", "kubelet", "clusterDNS", index],
      uses: [["kubernetes", "networking", "serviceSubnet"]],
      message: `${address} is not in kubernetes.networking.serviceSubnet ${networking.serviceSubnet}: use ${tenthAddress(configuration)}, where the cluster's DNS is, or leave it out`,
    };
  }
}
