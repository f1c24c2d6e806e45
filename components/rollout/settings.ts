import { fields as f } from "../settings";

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
