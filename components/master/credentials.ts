import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import { credentialsScript, lengthsOf } from "../certificates";
import type { Machine } from "../machine";
import { HostScript } from "../script";
import { credentialEffects } from "./effects";
import type { ControlPlaneArgs } from "./index";
import { administratorConfig, authorityConfig } from "./render";
import type { MasterSettings } from "./settings";

/** Where the authorities are while they are made: in memory. */
const authorityDirectory = "/run/keelson/authority";

/** The cluster's authorities, made on the first master and kept in the state alone. */
export function makeAuthority(machine: Machine, environment: MasterSettings, parent: pulumi.Resource): HostScript {
  return new HostScript(
    "master-authority",
    {
      machine,
      script: join(__dirname, "authority.sh"),
      values: { KUBEADM_CONFIG: authorityConfig(environment, authorityDirectory), DIRECTORY: authorityDirectory },
      secretOutput: true,
      forGood: true,
    },
    { parent },
  );
}

/** The administrator's kubeconfig, when the API of the operator is there; on another operator it is issued again. */
export function issueCredentials(
  machine: Machine,
  { environment, etcd }: ControlPlaneArgs,
  opts: pulumi.CustomResourceOptions,
): HostScript {
  const { certificates } = environment;
  return new HostScript(
    "credentials",
    {
      machine,
      script: credentialsScript,
      values: {
        KUBEADM_CONFIG: administratorConfig(),
        ADMINISTRATOR: certificates.administrator,
        VALIDITY: lengthsOf(environment).validity,
        GOOD_UNTIL: etcd.goodUntil,
      },
      secretOutput: true,
      effects: credentialEffects,
    },
    opts,
  );
}
