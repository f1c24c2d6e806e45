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
  /** Digest of the authority's public key, "sha256:..."; another authority is refused. */
  readonly caHash: string;
}

/** The configuration `kubeadm join` runs by. Source: kubeadm Configuration (v1beta4), Kubernetes documentation. */
export function joinConfig({ environment, machine, endpoint, token, caHash }: JoinConfigArgs): string {
  return yaml({
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "JoinConfiguration",
    discovery: {
      bootstrapToken: { apiServerEndpoint: endpoint, token, caCertHashes: [caHash] },
    },
    nodeRegistration: nodeRegistration(environment, machine),
  });
}
