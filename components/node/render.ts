import type { NodeSettings } from "./settings";
import type { Machine, MachineConfig } from "../machine";
import { yaml } from "../script";
import { nodeRegistration } from "../master";

export interface JoinConfigArgs {
  readonly environment: NodeSettings;
  readonly machine: Machine;
  /** Where the API is reached, "10.0.0.11:6443". */
  readonly endpoint: string;
  /** A bootstrap token, "abcdef.0123456789abcdef". */
  readonly token: string;
  /** Digests of the authorities' public keys, "sha256:..."; another authority is refused. */
  readonly caHashes: readonly string[];
}

/**
 * What a new node registers with, so that no pod comes to it before its taints: they, and one of keelson's own, as a YAML flow. "" where pods may
 * come. Others write a node's list of taints too, and what the cluster has at last is to differ from it: else whoever wrote the same list
 * owns it as well, and a taint that is taken out of the configuration would stay.
 */
export function taintsAtFirst({ kubernetes }: NodeSettings, { taints = [], unschedulable }: MachineConfig): string {
  if (taints.length === 0 && !unschedulable) return "";
  const asked = kubernetes.kubelet.configuration["registerWithTaints"] as readonly object[] | undefined;
  const own = taints.length === 0 && asked ? asked : taints;
  return JSON.stringify([...own, { key: "keelson.io/joining", effect: "NoSchedule" }]);
}

/** The configuration `kubeadm join` runs by. Source: kubeadm Configuration (v1beta4), Kubernetes documentation. */
export function joinConfig({ environment, machine, endpoint, token, caHashes }: JoinConfigArgs): string {
  return yaml({
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "JoinConfiguration",
    discovery: {
      bootstrapToken: { apiServerEndpoint: endpoint, token, caCertHashes: [...caHashes] },
    },
    nodeRegistration: nodeRegistration(environment, machine),
  });
}
