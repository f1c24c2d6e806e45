import { z } from "zod";

import { having, type MachineConfig } from "../machine/settings";
import { fields as f, show, type Contradiction, type Flags, type Frozen, type Listener } from "../settings";

const nginx = z.strictObject({
  image: f.image().default("nginx:latest").describe("Image of the Deployment; changing it rolls over to the new one."),
  replicas: f.integer(0).default(3).describe("Pods of the Deployment."),
  nodePort: f.port().default(30080).describe("TCP port of every node at which nginx answers from outside.").meta({
    values: "a whole number, 30000 to 32767, or as kubernetes.apiServer.extraArgs.service-node-port-range says",
  }),
});

export const workloads = z
  .strictObject({
    enabled: z.boolean().default(true).describe("The example workloads are deployed."),
    nginx: nginx.prefault({}).describe("The nginx Pod, Deployment and Service."),
  })
  .meta({ example: { nginx: { image: "nginx:1.29", replicas: 5 } } });

export type WorkloadSettings = Frozen<z.output<typeof workloads>>;

/** Where the workloads are reached on a node; kube-proxy sends packets on, and nobody listens. */
export function workloadsListen({ enabled, nginx: { nodePort } }: WorkloadSettings): readonly Listener[] {
  const path = ["workloads", "nginx", "nodePort"];
  return enabled ? [{ what: "workloads.nginx.nodePort", port: nodePort, path }] : [];
}

/** What of a stack's settings may keep the workloads out of their cluster. */
interface Subject {
  readonly configuration: {
    readonly workloads: WorkloadSettings;
    readonly kubernetes: {
      readonly apiServer: { readonly extraArgs: Flags };
      readonly security: {
        readonly podSecurity: { readonly enforce: string; readonly exemptNamespaces: readonly string[] };
      };
    };
  };
  readonly environment: { readonly machines: readonly MachineConfig[] };
}

/** Settings beside which every run would end with workloads that do not come up. */
export function* workloadChecks(subject: Subject): Generator<Contradiction> {
  if (!subject.configuration.workloads.enabled) return;
  yield* placeChecks(subject);
  yield* securityChecks(subject);
  yield* portRange(subject);
}

const orNone = "or set workloads.enabled to false";
const uses = [["workloads", "enabled"]];

/** Where pods may be that tolerate nothing. */
function* placeChecks({ environment: { machines } }: Subject): Generator<Contradiction> {
  const workers = having(machines, "worker");
  const at = { path: ["machines"], uses: [...uses, ...machines.map((_, index) => ["machines", index])] };
  if (workers.length === 0) {
    const message = `no machine has the role "worker", so the workloads cannot be scheduled: give it to one, ${orNone}`;
    yield { ...at, message };
    return;
  }
  // A master without that role has kubeadm's taint, unless it has a list of its own.
  const others = having(machines, "master").filter((machine) => !workers.includes(machine) && machine.taints);
  const closed = [...workers, ...others].map((machine) => [machine.name, whyClosed(machine)] as const);
  if (closed.some(([, why]) => why === undefined)) return;
  const list = closed.map(([name, why]) => `${name} ${why ?? ""}`).join(", ");
  yield { ...at, message: `the workloads cannot be scheduled (${list}): let a worker take pods, ${orNone}` };
}

/** A cordon is for a time, and pods that run stay. */
function whyClosed({ taints = [] }: MachineConfig): string | undefined {
  const taint = taints.find(({ effect }) => effect !== "PreferNoSchedule");
  return taint && `has the taint ${taint.key}:${taint.effect}`;
}

/** nginx's image begins as root, which is not restricted. */
function* securityChecks({ configuration: { kubernetes } }: Subject): Generator<Contradiction> {
  const { enforce, exemptNamespaces } = kubernetes.security.podSecurity;
  // A file of the stack's own says it instead.
  const own = Object.hasOwn(kubernetes.apiServer.extraArgs, "admission-control-config-file");
  if (enforce !== "restricted" || own || exemptNamespaces.includes("default")) return;
  const path = ["kubernetes", "security", "podSecurity", "enforce"];
  const message = `"restricted" does not let the workloads into the namespace default, for nginx begins as root: add "default" to exemptNamespaces, ${orNone}`;
  yield { path, uses, message };
}

/** The API server's flag for the ports of Services on nodes. */
const rangeFlag = "service-node-port-range";

function* portRange({ configuration: { workloads, kubernetes } }: Subject): Generator<Contradiction> {
  const { nodePort } = workloads.nginx;
  const { extraArgs } = kubernetes.apiServer;
  const given = Object.hasOwn(extraArgs, rangeFlag) ? [extraArgs[rangeFlag] ?? []].flat().at(-1) : undefined;
  const [least, most] = rangeOf(given ?? "30000-32767");
  if (nodePort >= least && nodePort <= most) return;
  const path = ["workloads", "nginx", "nodePort"];
  const way = given === undefined ? `use ${least} to ${most}` : `use one of ${rangeFlag} ${show(given)}, ${orNone}`;
  yield {
    path,
    uses: [...uses, ["kubernetes", "apiServer", "extraArgs"]],
    message: `${nodePort} is out of range: ${way}`,
  };
}

/** The first and the last port of "20000-20999" or "20000+999". What the server would not take is its own to refuse. */
function rangeOf(text: string): readonly [number, number] {
  const [, first = "", sign, second = first] = /^(\d+)(?:([-+])(\d+))?$/.exec(text.trim()) ?? [];
  if (first === "") return [0, 65535];
  return [Number(first), Number(second) + (sign === "+" ? Number(first) : 0)];
}
