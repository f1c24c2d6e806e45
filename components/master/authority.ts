import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { joined, parts, together } from "../certificates";
import { authoritiesOf } from "../certificates/settings";
import type { Machine } from "../machine";
import { HostScript } from "../script";
import { authorityConfig } from "./render";
import type { MasterSettings } from "./settings";

/** Where the authorities are while they are made: in memory. */
const authorityDirectory = "/run/keelson/authority";

/** The cluster's authorities: its own, the front proxy's, and the key of service accounts. */
export interface Authorities {
  /** The first ones, which stand for the cluster as long as it is there. */
  readonly first: HostScript;
  /** Those that masters wait for. */
  readonly scripts: readonly HostScript[];
  /** What masters get of them, a line for each file; a secret. */
  readonly text: pulumi.Output<string>;
  /** Certificates of the cluster's own, the one that issues first; base64. */
  readonly certificates: pulumi.Output<string>;
  /** Digests of their public keys, "sha256:...". */
  readonly hashes: pulumi.Output<string[]>;
}

/** Each made on the first master and kept in the state alone. */
export function makeAuthorities(machine: Machine, environment: MasterSettings, parent: pulumi.Resource): Authorities {
  const first = makeAuthority(1, machine, environment, parent);
  const numbers = authoritiesOf(environment);
  const used = numbers.map((number) => (number === 1 ? first : makeAuthority(number, machine, environment, parent)));
  const isFirst = numbers.length === 1 && numbers[0] === 1;
  // A run with `--target` may leave one out that has never run.
  const printed = pulumi.all(used.map(({ stdout }) => stdout as pulumi.Output<string | undefined>));
  // Certificates and digests of public keys are no secrets, though they come from among them.
  return {
    first,
    scripts: [...new Set([first, ...used])],
    text: isFirst
      ? first.stdout
      : pulumi.all([printed, first.stdout]).apply(([all, one]) =>
          together(
            all.map((text) => text ?? ""),
            one,
          ),
        ),
    certificates: pulumi.unsecret(
      printed.apply((all) => joined(all.flatMap((one) => parts(one ?? "").get("ca.crt") ?? []))),
    ),
    hashes: pulumi.unsecret(printed.apply((all) => all.flatMap((one) => parts(one ?? "").get("ca-hash") ?? []))),
  };
}

function makeAuthority(
  generation: number,
  machine: Machine,
  environment: MasterSettings,
  parent: pulumi.Resource,
): HostScript {
  return new HostScript(
    `master-authority${generation === 1 ? "" : `-${generation}`}`,
    {
      machine,
      script: join(__dirname, "authority.sh"),
      values: {
        KUBEADM_CONFIG: authorityConfig(environment, authorityDirectory),
        DIRECTORY: authorityDirectory,
        GENERATION: generation,
      },
      secretOutput: true,
      forGood: true,
    },
    { parent },
  );
}
