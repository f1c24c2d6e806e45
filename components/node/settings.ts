import type { MachineConfig } from "../machine/settings";
import { fields as f } from "../settings";

/** How long pods of a machine that leaves may take; a field of the section `kubernetes`. */
export const drainTimeout = f
  .integer(1, 3600)
  .default(120)
  .describe(
    "Longest drain of a machine that leaves, in seconds. If pods are still there after that, the machine stays in the cluster.",
  );

/** What of the stack's settings joining and leaving follow. */
export interface NodeSettings {
  readonly lost: readonly MachineConfig[];
  readonly kubernetes: { readonly drainTimeout: number; readonly runtime: "docker" | "containerd" };
}

/** How many nodes may restart at a time; a field of the section `kubernetes`. */
export const maxUnavailable = f
  .share()
  .default(1)
  .describe(
    "How many workers may restart Docker or the kubelet at a time when a change needs it; a percentage of the workers is rounded down to one at least. Masters and members of etcd restart one at a time.",
  );

/** What of the stack's settings restarts follow. */
export interface RolloutSettings {
  readonly kubernetes: { readonly maxUnavailable: number | string };
}
