import { z } from "zod";

import type { CertificateSettings } from "../certificates/settings";
import type { MachineConfig } from "../machine/settings";
import { fields as f } from "../settings";

/** How long pods of a machine that leaves may take; a field of the section `kubernetes`. */
export const drainTimeout = f
  .integer(1, 3600)
  .default(120)
  .describe(
    "Longest drain of a node, in seconds: of a machine that leaves, and before its kubelet is upgraded to another minor release. If pods are still there after that, the node stays as it is.",
  );

/** What of the stack's settings joining and leaving follow. */
export interface NodeSettings {
  readonly lost: readonly MachineConfig[];
  readonly etcd: { readonly restore?: { readonly generation: number } };
  readonly kubernetes: {
    readonly drainTimeout: number;
    readonly runtime: "docker" | "containerd";
    readonly kubelet: { readonly configuration: Readonly<Record<string, unknown>> };
  };
}

/** How many nodes may restart at a time; a field of the section `kubernetes`. */
export const maxUnavailable = f
  .share()
  .default(1)
  .describe(
    "How many workers may restart Docker or the kubelet at a time when a change needs it; a percentage of the workers is rounded down to one at least. Masters and members of etcd restart one at a time.",
  );

/** How nodes go to another release of Kubernetes; a field of the section `kubernetes`. */
export const upgrade = z
  .strictObject({
    drain: z
      .boolean()
      .default(true)
      .describe(
        "Whether a node is cordoned and drained before its kubelet is upgraded to another minor release, as Kubernetes requires; without it pods keep running meanwhile. A patch release drains no node.",
      ),
  })
  .prefault({});

/** What of the stack's settings restarts follow. */
export interface RolloutSettings extends CertificateSettings {
  readonly kubernetes: {
    readonly version: string;
    readonly maxUnavailable: number | string;
    readonly drainTimeout: number;
    readonly upgrade: { readonly drain: boolean };
    readonly virtualAddress?: string;
  };
}
