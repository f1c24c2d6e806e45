import { ask, clusterEndpoint } from "../../components/endpoint";
import type { Environment } from "../../components/environment";
import { mastersOf } from "../../components/machine";
import { messageOf } from "../progress";
import type { Node, Pod } from "../status";

/** What the cluster tells of itself by its API. */
export interface ClusterTold {
  /** The way by which it answered. */
  readonly url: string;
  /** Its endpoint answered by; absent where it did, what was wrong where it did not. */
  readonly endpointFault?: string;
  /** When the certificate ends that was shown there. */
  readonly certificateEnds?: Date;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  /** Namespaces whose pods may not be spoken to by everyone. */
  readonly guarded: ReadonlySet<string>;
}

/** Asks the API by its endpoint, and where that does not answer by each master; in words why none did. */
export async function askCluster(kubeconfig: string, environment: Environment): Promise<ClusterTold | string> {
  const endpoint = `https://${clusterEndpoint(environment)}`;
  const direct = mastersOf(environment).map(({ address }) => `https://${address}:${environment.kubernetes.bindPort}`);
  try {
    return { ...(await askAt(kubeconfig, endpoint)), url: endpoint };
  } catch (error) {
    const endpointFault = messageOf(error);
    const others = direct.filter((url) => url !== endpoint);
    const asked = others.map(async (url) => ({ ...(await askAt(kubeconfig, url)), url, endpointFault }));
    return Promise.any(asked).catch(() => endpointFault);
  }
}

async function askAt(kubeconfig: string, at: string) {
  const ready = await ask(kubeconfig, { path: "/readyz?verbose", at });
  if (ready.status !== 200) throw new Error(notReady(at, ready));
  const lists = await Promise.all([
    list<Node>(kubeconfig, at, "/api/v1/nodes"),
    list<Pod>(kubeconfig, at, "/api/v1/pods"),
    list<Pod>(kubeconfig, at, "/apis/networking.k8s.io/v1/networkpolicies"),
  ]);
  const [nodes, pods, policies] = lists;
  const guarded = new Set(policies.map(({ metadata }) => metadata.namespace ?? ""));
  return { nodes, pods, guarded, certificateEnds: ready.ends };
}

function notReady(at: string, { status, text }: { readonly status: number; readonly text: string }): string {
  const parts = [...text.matchAll(/^\[-\](\S+)/gm)].map(([, part]) => part);
  const what = parts.length > 0 ? `: ${parts.join(", ")}` : "";
  return status === 401 || status === 403
    ? `the cluster's API at ${at} does not know the stack's kubeconfig (${status})`
    : `the cluster's API at ${at} is not ready (${status})${what}`;
}

async function list<Item>(kubeconfig: string, at: string, path: string): Promise<readonly Item[]> {
  const { status, text } = await ask(kubeconfig, { path, at });
  if (status !== 200) throw new Error(`the cluster's API at ${at} answers ${path} with ${status}`);
  return (JSON.parse(text) as { readonly items: readonly Item[] }).items;
}

/**
 * Of each node one address on the pod network that answers an echo: a pod that everyone may speak to, else flannel's own. Without
 * a pod, a node of plain routes may have none.
 */
export function podsToAsk({ nodes, pods, guarded }: ClusterTold, vxlan: boolean) {
  return nodes.flatMap(({ metadata: { name: node }, spec: { podCIDR = "" } = {} }) => {
    const pod = pods.find(
      ({ metadata: { namespace = "" }, spec, status }) =>
        spec.nodeName === node && spec.hostNetwork !== true && status.phase === "Running" && !guarded.has(namespace),
    );
    const address = pod?.status.podIP ?? (vxlan ? podCIDR.split("/")[0] : "");
    return address === undefined || address === "" ? [] : [{ node, address }];
  });
}
