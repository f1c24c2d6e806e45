import type { Contradiction, Subject } from "./checks";
import type { Environment, MachineConfig } from "./resolve";
import type { Path } from "../settings/problems";

/** TCP port on every node's loopback at which its proxy leads to the masters. */
export const proxyPort = 6444;

/** A program's TCP port on a machine; ports that are fixed have no path. */
interface Listener {
  readonly what: string;
  readonly port: number;
  readonly path?: Path;
}

/** Ports that two programs on one machine would listen on, each pair named once. */
export function* portChecks({ environment }: Subject): Generator<Contradiction> {
  const found = new Map<string, Contradiction & { readonly machines: string[] }>();
  for (const machine of environment.machines) {
    const listeners = listenersOn(machine, environment);
    for (const [index, listener] of listeners.entries()) {
      const other = listeners.slice(0, index).find(({ port }) => port === listener.port);
      if (!other || !listener.path) continue;
      const message = `${listener.port} is the port of ${other.what} as well`;
      const key = `${listener.path.join(".")} ${message}`;
      const known = found.get(key);
      if (known) known.machines.push(machine.name);
      else
        found.set(key, {
          path: listener.path,
          uses: other.path ? [other.path] : [],
          message,
          machines: [machine.name],
        });
    }
  }
  for (const { path, uses, message, machines } of found.values()) {
    yield { path, uses, message: `${message} on ${machines.join(", ")}: use a port of its own` };
  }
}

/**
 * What listens on a machine, fixed ports first. Source: Kubernetes documentation, "Ports and Protocols"; 10248 and
 * 10249 are the kubelet's and kube-proxy's own on loopback.
 */
function listenersOn(machine: MachineConfig, environment: Environment): readonly Listener[] {
  const { kubernetes, etcd, workloads } = environment;
  const has = (role: "master" | "etcd" | "worker") => machine.roles.includes(role);
  const node = has("master") || has("worker");
  const listeners: (Listener | false)[] = [
    { what: "SSH", port: machine.ssh.port },
    node && { what: "the kubelet", port: 10250 },
    node && { what: "the kubelet's health", port: 10248 },
    node && { what: "the node's proxy to the API", port: proxyPort },
    node && { what: "kube-proxy's metrics", port: 10249 },
    node && { what: "kube-proxy's health", port: 10256 },
    has("master") && { what: "kube-controller-manager", port: 10257 },
    has("master") && { what: "kube-scheduler", port: 10259 },
    has("master") && { what: "kubernetes.bindPort", port: kubernetes.bindPort, path: ["kubernetes", "bindPort"] },
    has("etcd") && { what: "etcd.clientPort", port: etcd.clientPort, path: ["etcd", "clientPort"] },
    has("etcd") && { what: "etcd.peerPort", port: etcd.peerPort, path: ["etcd", "peerPort"] },
    node &&
      workloads.enabled && {
        what: "workloads.nginx.nodePort",
        port: workloads.nginx.nodePort,
        path: ["workloads", "nginx", "nodePort"],
      },
  ];
  return listeners.filter((listener) => listener !== false);
}
