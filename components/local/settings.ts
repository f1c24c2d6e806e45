import { z } from "zod";

import { fields as f, type Frozen } from "../settings";
import type { MachineConfig } from "../machine/settings";

export const local = z
  .strictObject({
    subnet: f
      .subnet(16, 29)
      .default("172.30.0.0/24")
      .describe(
        "Network of the containers; its second address is this computer's. Stacks that run at once need one each.",
      )
      .meta({ immutable: true }),
    image: f
      .image()
      .default("keelson/machine:13")
      .describe(
        "Image of the containers, which `make up` builds. Another one rebuilds machines, one at a time: see `machines[].image`.",
      ),
  })
  .meta({ example: { subnet: "172.30.7.0/24" } });

/** What of the stack's settings its containers follow. */
export interface LocalSettings {
  readonly stack: string;
  readonly provider: "local" | "ssh";
  readonly local: Frozen<z.output<typeof local>>;
  readonly machines: readonly MachineConfig[];
  readonly lost: readonly MachineConfig[];
}
