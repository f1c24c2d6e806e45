import type * as pulumi from "@pulumi/pulumi";

import { credentialsScript, labelOf, lengthsOf, trustScript } from "../certificates";
import { authoritiesOf } from "../certificates/settings";
import type { Machine } from "../machine";
import { HostScript } from "../script";
import { credentialEffects } from "./effects";
import type { ControlPlaneArgs } from "./index";
import { administratorConfig } from "./render";

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
      uses: [trustScript],
      values: {
        KUBEADM_CONFIG: administratorConfig(),
        ADMINISTRATOR: certificates.administrator,
        VALIDITY: lengthsOf(environment).validity,
        GOOD_UNTIL: etcd.goodUntil,
        AUTHORITIES: labelOf(authoritiesOf(environment)),
        // What is restored may give those their rights back from whom they were taken.
        RESTORED: environment.etcd.restore?.generation ?? 0,
      },
      secretOutput: true,
      effects: credentialEffects,
    },
    opts,
  );
}

/** A kubeconfig, in base64 as it is printed, for people: kubeadm writes what holds on the machines, their own proxy. */
export function withEndpoint(base64: string, endpoint: string): string {
  const text = Buffer.from(base64, "base64").toString();
  return text.replace(/^(\s*server: ).*$/m, `$1https://${endpoint}`);
}
