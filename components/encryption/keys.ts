import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { Machine } from "../machine";
import { HostScript } from "../script";
import type { EncryptionSettings } from "./settings";

/**
 * Keys of all numbers up to the one that is asked for, a line each: number and key; a secret. Each is made once, on one machine, and kept in
 * the state alone, those before too: a backup may need them.
 */
export function makeKeys(
  machines: readonly Machine[],
  { kubernetes: { security } }: EncryptionSettings,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const masters = machines.filter(({ config, lost }) => lost !== true && config.roles.includes("master"));
  const [machine] = masters.sort((one, other) => (one.name < other.name ? -1 : 1));
  if (!machine) throw new pulumi.RunError("no machine has the role master");
  const numbers = Array.from({ length: security.encryption.generation }, (_, index) => index + 1);
  const keys = numbers.map((generation) => {
    const script = join(__dirname, "key.sh");
    const made = new HostScript(
      `encryption-key-${generation}`,
      { machine, script, values: { GENERATION: generation }, secretOutput: true, forGood: true },
      opts,
    );
    return made.printed("key").apply((key) => `${generation} ${key}`);
  });
  return pulumi.secret(pulumi.all(keys).apply((lines) => lines.join("\n")));
}
