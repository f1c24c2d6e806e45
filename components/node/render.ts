import type { NodeSettings } from "./settings";
import type { Machine } from "../machine";
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
