import type { OutputMap, Stack } from "@pulumi/pulumi/automation";

import { ask } from "../components/endpoint/api";
import type { Paint } from "./color";
import { endsIn } from "./doctor/findings";
import { messageOf } from "./progress";

/** A stack's cluster, as its outputs have it. */
export interface Cluster {
  readonly kubeconfig: string;
  readonly apiEndpoint: string;
  readonly nginxUrl?: string;
  /** The first end of each machine's certificates, as the last `up` left them: "2027-11-26T02:20:00Z". */
  readonly certificates?: Readonly<Record<string, string>>;
}

/** How a cluster is: what `status -o json` prints, besides the schema and the stack. */
export interface Look {
  readonly apiEndpoint: string;
  readonly nodes: readonly NodeLook[];
  readonly podsNotReady: readonly PodLook[];
  readonly nginx: { readonly url: string; readonly ok: boolean; readonly answer: string } | null;
  /** Machines with the first end of what each has, as the last `up` left it. */
  readonly certificates: Readonly<Record<string, string>>;
}

export interface NodeLook {
  readonly name: string;
  readonly ready: boolean;
  /** Kubernetes' reason, "KubeletReady", and its message. */
  readonly reason: string;
  readonly message: string;
  /** The kubelet's release, "v1.36.3". */
  readonly version: string;
}

export interface PodLook {
  readonly namespace: string;
  readonly name: string;
  /** "" where it has none yet. */
  readonly node: string;
  readonly reason: string;
  readonly message: string;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface Named {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly deletionTimestamp?: string };
}

/** One that no kubelet has told of yet has no status. */
export interface Node extends Named {
  readonly spec?: {
    readonly podCIDR?: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: { readonly kubeletVersion: string };
  };
}

export interface Pod extends Named {
  readonly spec: { readonly nodeName?: string; readonly hostNetwork?: boolean };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly state?: Readonly<Record<string, { readonly reason?: string; readonly message?: string }>>;
}

/**
 * The administrator's kubeconfig; undefined where an up has begun to make the cluster, and none has ended well yet: outputs come last. Throws where
 * there is no cluster.
 */
export async function kubeconfigOf(stack: Stack): Promise<string | undefined> {
  const outputs = await stack.outputs();
  if (outputs["kubeconfig"] !== undefined) return clusterOf(stack.name, outputs).kubeconfig;
  const { deployment } = (await stack.exportStack()) as {
    readonly deployment: { readonly resources?: readonly unknown[] };
  };
  if ((deployment.resources ?? []).length <= 1) throw noCluster(stack.name);
  return undefined;
}

export const noCluster = (stack: string) => new Error(`stack ${stack} has no cluster: run make up STACK=${stack}`);

/** Throws where the stack has no cluster. */
export function clusterOf(stack: string, outputs: OutputMap): Cluster {
  const [kubeconfig, apiEndpoint, nginxUrl] = ["kubeconfig", "apiEndpoint", "nginxUrl"].map(
    (name) => outputs[name]?.value as string | undefined,
  );
  if (kubeconfig === undefined) throw noCluster(stack);
  const certificates = outputs["certificates"]?.value as Cluster["certificates"];
  return { kubeconfig, apiEndpoint: apiEndpoint ?? "", ...(nginxUrl === undefined ? {} : { nginxUrl }), certificates };
}

/** Asks the cluster how it is. Throws where its API does not answer. */
export async function lookAt({ kubeconfig, apiEndpoint, nginxUrl, certificates = {} }: Cluster): Promise<Look> {
  const [nodes, pods] = await Promise.all([
    list<Node>(kubeconfig, "/api/v1/nodes"),
    list<Pod>(kubeconfig, "/api/v1/pods"),
  ]);
  const nginx = nginxUrl === undefined ? null : { url: nginxUrl, ...(await answerOf(nginxUrl)) };
  return { apiEndpoint, ...looksOf(nodes, pods), nginx, certificates };
}

/** How nodes are, and which pods are not ready. */
export function looksOf(nodes: readonly Node[], pods: readonly Pod[]): Pick<Look, "nodes" | "podsNotReady"> {
  const looks = nodes.map(nodeLook);
  const silent = new Set(looks.flatMap(({ name, ready }) => (ready ? [] : [name])));
  return { nodes: looks, podsNotReady: pods.flatMap((pod) => podLook(pod, silent)) };
}

/** What of a cluster somebody has to see to, in words: one paragraph, or none. */
export function troubles({ nodes, podsNotReady }: Look, paint: Paint): readonly string[] {
  const lines = [
    ...nodes.filter(({ ready }) => !ready).map((node) => `  node ${node.name}: ${said(node)}`),
    ...podsNotReady.map((pod) => `  pod ${pod.namespace}/${pod.name}${pod.node && ` on ${pod.node}`}: ${said(pod)}`),
  ];
  return lines.length === 0 ? [] : [`${paint("red", "not ready")}\n${lines.join("\n")}`];
}

/** Whether nginx answers; nothing where the cluster has none. */
export function nginxLine({ nginx }: Look): readonly string[] {
  return nginx ? [`nginx ${nginx.ok ? "answers" : "does not answer"} at ${nginx.url} (${nginx.answer})`] : [];
}

/** Ends that are nearer than this are red: by then a timer would have renewed what it can. */
const soon = 30 * 86_400;

/** Which certificate ends first; nothing where none is known. */
export function certificatesLine({ certificates }: Look, paint: Paint, now = Date.now() / 1000): readonly string[] {
  const [first] = Object.entries(certificates).sort(([, one], [, other]) => (one < other ? -1 : 1));
  if (!first) return [];
  const [machine, end] = first;
  const left = Date.parse(end) / 1000 - now;
  const line = `certificates: the first, of ${machine}, ${endsIn(left)} (${end}); make preview says when they are renewed`;
  return [left < soon ? paint("red", line) : line];
}

function said({ reason, message }: { readonly reason: string; readonly message: string }): string {
  return message === "" ? reason : `${reason}: ${message}`;
}

function nodeLook({ metadata: { name }, status: { conditions = [], nodeInfo } = {} }: Node): NodeLook {
  const ready = conditions.find(({ type }) => type === "Ready");
  const version = nodeInfo?.kubeletVersion ?? "";
  return { name, ready: ready?.status === "True", ...wordsOf(ready, "NoStatus"), version };
}

function podLook(pod: Pod, silent: ReadonlySet<string>): readonly PodLook[] {
  const { metadata, spec, status } = pod;
  const { conditions = [], phase } = status;
  if (phase === "Succeeded" || conditions.some(({ type, status }) => type === "Ready" && status === "True")) return [];
  const { name, namespace = "" } = metadata;
  const { nodeName: node = "" } = spec;
  // What a pod says of itself is of the time when its node last spoke.
  const cause = silent.has(node) ? wordsOf(undefined, "NodeNotReady") : causeOf(pod);
  return [{ namespace, name, node, ...cause }];
}

/** The nearest cause: it goes, what a container says, what the pod says, and what it waits for. */
function causeOf({ metadata, status }: Pod): { readonly reason: string; readonly message: string } {
  const { phase, initContainerStatuses = [], containerStatuses = [], conditions = [] } = status;
  if (metadata.deletionTimestamp !== undefined) return { reason: "Terminating", message: "" };
  const states = [...initContainerStatuses, ...containerStatuses].flatMap(({ state = {} }) => Object.values(state));
  // A container that waits for others, or ended well, is not the cause.
  const own = states.find(({ reason = "Completed" }) => !["Completed", "PodInitializing"].includes(reason));
  const condition = conditions.find(({ status, message }) => status === "False" && message !== undefined);
  const usual = phase === "Running" ? "NotReady" : phase;
  return wordsOf(own ?? (status.reason === undefined ? condition : status), usual);
}

function wordsOf(
  told: { readonly reason?: string; readonly message?: string } | undefined,
  usual: string,
): { readonly reason: string; readonly message: string } {
  return { reason: told?.reason ?? usual, message: told?.message ?? "" };
}

async function list<Item>(kubeconfig: string, path: string): Promise<readonly Item[]> {
  const { status, text } = await ask(kubeconfig, { path });
  if (status !== 200) throw new Error(`the cluster's API answers ${path} with ${status}: ${text.slice(0, 200)}`);
  return (JSON.parse(text) as { readonly items: readonly Item[] }).items;
}

async function answerOf(url: string): Promise<{ readonly ok: boolean; readonly answer: string }> {
  try {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(5000) });
    return { ok, answer: String(status) };
  } catch (error) {
    // "fetch failed" is all that the error says by itself.
    const cause = error instanceof Error ? error.cause : undefined;
    return { ok: false, answer: messageOf(cause ?? error) };
  }
}
