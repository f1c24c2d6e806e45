import { supportedVersions } from "../artifacts/lockFile";
import { addressChecks } from "./addressChecks";
import { componentChecks } from "../master/componentChecks";
import { liesIn, tenthAddress, type Context, type Environment } from "./resolve";
import { flagChecks } from "./flagChecks";
import { foreignChecks } from "./foreignChecks";
import { loginChecks } from "../ssh/loginChecks";
import { portChecks } from "./portChecks";
import type { Path, Problem } from "../settings/problems";
import type { Configuration } from "./schema";
import { show } from "../settings/show";

/** A contradiction between fields. It is no news where one of the fields it uses is wrong by itself. */
export interface Contradiction extends Problem {
  /** Fields it was found from, besides the one it names. @default none */
  readonly uses?: readonly Path[];
}

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
    ...addressChecks(subject),
    ...loginChecks(subject),
    ...portChecks(subject),
    ...endpointChecks(subject),
    ...kubernetesChecks(subject),
    ...componentChecks(subject),
    ...flagChecks(subject),
    ...foreignChecks(subject),
    ...artifactChecks(subject),
  ];
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

function* roleChecks({ machines, workloads }: Environment): Generator<Contradiction> {
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
    const message = `${members.length} machines are members of etcd (${members.join(", ")}), and an even number survives no more failures than one less: use 1, 3 or 5`;
    // Without a lost one, the others go on as they are until another takes its place.
    if (!machines.some(({ roles, lost }) => lost && roles.includes("etcd"))) yield { path, uses, message };
  }
  if (workloads.enabled && having(machines, "worker").length === 0) {
    const message =
      'no machine has the role "worker", so the workloads have no place: give it to one, or set workloads.enabled to false';
    yield { path, uses, message };
  }
}

/** Machines of a role that are not lost. */
function having(machines: Environment["machines"], role: "master" | "etcd" | "worker"): Environment["machines"] {
  return machines.filter(({ roles, lost }) => !lost && roles.includes(role));
}

/** Several masters need one address that is none of theirs: the API is to be reached while any one of them is gone. */
function* endpointChecks({ configuration, environment }: Subject): Generator<Contradiction> {
  const { advertiseAddress, endpoint } = configuration.kubernetes;
  const masters = having(environment.machines, "master").map(({ name }) => name);
  const uses = [["machines"], ["provider"]];
  if (masters.length < 2) return;
  if (endpoint === undefined && environment.kubernetes.virtualAddress === undefined) {
    const message = `is missing: ${masters.length} masters (${masters.join(", ")}) need one address for the API; use a free one on their network, or set kubernetes.endpoint to your load balancer`;
    yield { path: ["kubernetes", "virtualAddress"], uses: [...uses, ["kubernetes", "endpoint"]], message };
  }
  if (advertiseAddress !== undefined) {
    const message = `is one address, and there are ${masters.length} masters (${masters.join(", ")}): leave it out, and set kubernetes.virtualAddress or kubernetes.endpoint`;
    yield { path: ["kubernetes", "advertiseAddress"], uses, message };
  }
}

/** What a packet on the wire has at most. Source: RFC 791, "Total Length". */
const longestPacket = 65535;

/** What vxlan wraps around a packet, bytes. Source: flannel documentation, "Backends". */
const wrapping = 50;

function* kubernetesChecks({ configuration }: Subject): Generator<Contradiction> {
  const { version, kubelet, networking } = configuration.kubernetes;
  const { backend, mtu = 0 } = configuration.flannel;
  if (backend === "vxlan" && mtu + wrapping > longestPacket) {
    const message = `${mtu} leaves no room for the ${wrapping} bytes that vxlan wraps around a packet: use ${longestPacket - wrapping} at most`;
    yield { path: ["flannel", "mtu"], uses: [["flannel", "backend"]], message };
  }
  if (!supportedVersions().includes(version)) {
    yield {
      path: ["kubernetes", "version"],
      message: `${show(version)} is not supported: use one of ${supportedVersions().join(", ")}, or add it with \`make lock VERSION=1.x.y\``,
    };
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

function* artifactChecks({ configuration, environment }: Subject): Generator<Contradiction> {
  const { artifacts } = configuration;
  const { source } = environment.artifacts;
  const uses = [["artifacts", "source"], ["provider"]];
  if (source === "mirror" && artifacts.baseUrl === undefined) {
    const message = 'is missing: with source "mirror", use the mirror\'s URL, as in "https://mirror.example.com"';
    yield { path: ["artifacts", "baseUrl"], uses, message };
  }
  const only = { baseUrl: "mirror", directory: "bundle", lock: "bundle" } as const;
  for (const [field, itsSource] of Object.entries(only)) {
    if (artifacts[field as keyof typeof only] === undefined || source === itsSource) continue;
    const message = `is for source "${itsSource}", and the source is "${source}": leave it out, or set artifacts.source`;
    yield { path: ["artifacts", field], uses, message };
  }
  if (source === "bundle" && artifacts.imageRegistry !== undefined) {
    const message =
      'images come from the bundle, not from a registry: leave it out, or set artifacts.source to "mirror"';
    yield { path: ["artifacts", "imageRegistry"], uses, message };
  }
}
