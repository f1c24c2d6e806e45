import type { Examined } from "../../components/doctor";
import type { Environment } from "../../components/environment";
import { mastersOf, type MachineConfig } from "../../components/machine";
import { skewViolations, type Client } from "../../components/plan";
import { looksOf, type Node } from "../status";
import type { ClusterTold } from "./cluster";
import { type Commands, counted, orWell, theCluster, type Finding } from "./findings";

const systemNamespaces = ["kube-system", "kube-flannel"];

/** What only the API can tell; where it does not answer, that nobody could. */
export function clusterFindings(
  environment: Environment,
  all: readonly Examined[],
  cluster: ClusterTold | string,
  commands: Commands,
): readonly Finding[] {
  if (typeof cluster === "string") {
    const words = "could not be asked for: the API does not answer";
    const unknown = (["nodes", "pods"] as const).map((check): Finding => {
      return { check, state: "unknown", subject: theCluster, words };
    });
    return [...unknown, ...versionFindings(environment, all, commands)];
  }
  const { nodes, podsNotReady } = looksOf(cluster.nodes, cluster.pods);
  const system = podsNotReady.filter(({ namespace }) => systemNamespaces.includes(namespace));
  const others = podsNotReady.length - system.length;
  const pods = system.map(({ namespace, name, node, reason, message }): Finding => ({
    check: "pods",
    state: "wrong",
    subject: node || theCluster,
    component: `${namespace}/${name}`,
    words: message === "" ? reason : `${reason}: ${message}`,
    next: commands.kubectl(`describe pod -n ${namespace} ${name}`),
  }));
  const more =
    others === 0
      ? ""
      : `; ${counted(others, "pod")} of other namespaces ${others === 1 ? "is" : "are"} not (${commands.make("status")})`;
  const ready = nodes.filter(({ ready }) => ready).length;
  return [
    ...orWell("nodes", nodeFindings(environment, cluster.nodes, commands), `${counted(ready, "node")} ready`),
    ...orWell("pods", pods, `all of ${systemNamespaces.join(" and ")} are ready${more}`),
    ...versionFindings(environment, all, commands),
  ];
}

function nodeFindings(environment: Environment, nodes: readonly Node[], commands: Commands): readonly Finding[] {
  const machines = environment.machines.filter(({ roles }) => roles.some((role) => role !== "etcd"));
  const base = { check: "nodes", state: "wrong" } as const;
  const looks = looksOf(nodes, []).nodes;
  const missing = machines
    .filter(({ name }) => !nodes.some(({ metadata }) => metadata.name === name))
    .map(({ name }) => ({ ...base, subject: name, words: "has no node in the cluster", next: commands.make("up") }));
  const present = nodes.flatMap((node): readonly Finding[] => {
    const { name } = node.metadata;
    const machine = machines.find((machine) => machine.name === name);
    const next = commands.kubectl(`describe node ${name}`);
    if (!machine) return [{ ...base, subject: name, words: "is a node that the stack has no machine for", next }];
    const look = looks.find((look) => look.name === name);
    const notReady = look && !look.ready ? [`is not ready: ${look.reason}${look.message && `: ${look.message}`}`] : [];
    return [...notReady, ...nodeFaults(node, machine)].map((words) => ({ ...base, subject: name, words, next }));
  });
  return [...missing, ...present];
}

function nodeFaults({ spec: { unschedulable = false, taints = [] } = {}, status }: Node, machine: MachineConfig) {
  const conditions = (status?.conditions ?? []).filter(({ type, status }) => type !== "Ready" && status === "True");
  const own = new Set((machine.taints ?? []).map(({ key, effect }) => `${key}:${effect}`));
  const foreign = taints.filter(
    // Conditions have taints of their own, and masters that of their role.
    ({ key, effect }) => !/^node(-role)?\.kubernetes\.io\//.test(key) && !own.has(`${key}:${effect}`),
  );
  return [
    ...conditions.map(({ type, message = "" }) => `has the condition ${type}${message && `: ${message}`}`),
    ...(unschedulable && !machine.unschedulable ? ["is cordoned, and no configuration says so: kubectl uncordon"] : []),
    ...foreign.map(({ key, effect }) => `has the taint ${key}:${effect}, which is not of the configuration`),
  ];
}

/** Machines tell them, also where no API does. */
function versionFindings(environment: Environment, all: readonly Examined[], commands: Commands): readonly Finding[] {
  const words = `Kubernetes ${environment.kubernetes.version} everywhere`;
  return orWell("versions", versions(environment, all, commands), words);
}

function versions(environment: Environment, all: readonly Examined[], commands: Commands): readonly Finding[] {
  const wanted = environment.kubernetes.version;
  const base = { check: "versions", state: "wrong" } as const;
  const releases = (program: string) =>
    all.flatMap(({ config: { name }, answer }) => {
      const version = answer?.versions.get(program);
      return version === undefined ? [] : [{ name, version }];
    });
  const [servers, kubelets] = [releases("kube-apiserver"), releases("kubelet")];
  const behind = [
    ...servers.map((one) => ({ ...one, what: "API server" })),
    ...kubelets.map((one) => ({ ...one, what: "kubelet" })),
  ]
    .filter(({ version }) => version !== wanted)
    .map(({ name, version, what }) => ({
      ...base,
      subject: name,
      component: what,
      words: `is ${version}, and the configuration has ${wanted}`,
      next: commands.make("preview"),
    }));
  const reaches = mastersOf(environment).map(({ name }) => name);
  const clients = kubelets.map(({ name, version }): Client => ({ kind: "kubelet", on: name, version, reaches }));
  const apiServers = Object.fromEntries(servers.map(({ name, version }) => [name, version]));
  const skew = skewViolations({ apiServers, clients }).map((words) => ({ ...base, subject: theCluster, words }));
  return [...behind, ...skew];
}
