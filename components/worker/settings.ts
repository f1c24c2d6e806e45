import type { MachineConfig } from "../machine/settings";
import { fields as f } from "../settings";

/** How long pods of a machine that leaves may take; a field of the section `kubernetes`. */
export const drainTimeout = f
  .integer(1, 3600)
  .default(120)
  .describe("Seconds that the pods of a machine which leaves may take to end elsewhere; past them, it stays.");

/** What of the stack's settings joining and leaving follow. */
export interface WorkerSettings {
  readonly lost: readonly MachineConfig[];
  readonly kubernetes: { readonly drainTimeout: number; readonly runtime: "docker" | "containerd" };
}
