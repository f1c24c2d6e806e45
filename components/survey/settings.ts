import { z } from "zod";

import type { CertificateSettings } from "../certificates/settings";
import type { MachineConfig } from "../machine/settings";
import type { SshConfig } from "../ssh";
import type { WorkloadSettings } from "../workloads/settings";

/** Whether machines are asked how they are before each run. */
export const survey = z
  .enum(["on", "off"])
  .default("on")
  .describe(
    "Each run, previews too, begins with one login on each machine that looks at what it remembers, and what was changed on it by hand.",
  )
  .meta({ example: "off" });

/** What of the stack's settings says whom to ask, and what for. */
export interface SurveySettings extends CertificateSettings {
  readonly survey: "on" | "off";
  readonly ssh: SshConfig;
  readonly machines: readonly MachineConfig[];
  readonly lost: readonly MachineConfig[];
  readonly workloads: WorkloadSettings;
}
