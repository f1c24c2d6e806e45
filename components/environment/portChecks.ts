import { proxyListens } from "../endpoint/settings";
import { etcdListens } from "../etcd/settings";
import { kubeletListens } from "../kubelet/settings";
import type { MachineConfig } from "../machine/settings";
import { masterListens } from "../master/settings";
import { kubeProxyListens } from "../network/settings";
import type { Contradiction, Listener } from "../settings";
import { workloadsListen } from "../workloads/settings";
import type { Environment } from "./resolve";

/** What is to listen on a machine, each chapter's own. */
export function listenersOn(machine: MachineConfig, environment: Environment): readonly Listener[] {
  const { kubernetes, etcd, workloads } = environment;
  const has = (role: "master" | "etcd" | "worker") => machine.roles.includes(role);
  const node = [...proxyListens, ...kubeletListens, ...kubeProxyListens, ...workloadsListen(workloads)];
  return [
    { what: "SSH", port: machine.ssh.port },
    ...(has("etcd") ? etcdListens(etcd) : []),
    ...(has("master") ? masterListens(kubernetes.bindPort) : []),
    ...(has("master") || has("worker") ? node : []),
  ];
}

/** Ports that two programs on one machine would listen on, each pair named once. */
export function* portChecks(environment: Environment): Generator<Contradiction> {
  const found = new Map<string, Contradiction & { readonly machines: string[] }>();
  for (const machine of environment.machines) {
    const listeners = inOrder(listenersOn(machine, environment));
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

/** Fixed ports first: what can be changed is what is wrong. Then as the stack's file has its sections. */
function inOrder(listeners: readonly Listener[]): readonly Listener[] {
  const sections = [undefined, "kubernetes", "etcd"];
  const rank = ({ path }: Listener) =>
    (sections.indexOf(path?.[0] as string | undefined) + sections.length + 1) % (sections.length + 1);
  return [...listeners].sort((one, other) => rank(one) - rank(other));
}
