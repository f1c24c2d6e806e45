import type * as pulumi from "@pulumi/pulumi";

import { Secrets } from "../encryption";
import type { EtcdCluster } from "../etcd";
import type { Machine } from "../machine";
import { serverAddress, type ControlPlane, type MasterSettings } from "../master";

interface SecretsArgs {
  readonly machines: readonly Machine[];
  readonly environment: MasterSettings;
  readonly controlPlane: ControlPlane;
  readonly etcd: EtcdCluster;
  readonly keys: pulumi.Output<string>;
}

/** Secrets are kept in etcd as the stack says; their masters are those of the control plane, and those that are lost. */
export function keepSecrets(
  name: string,
  { machines, environment, controlPlane, etcd, keys }: SecretsArgs,
  opts: pulumi.ComponentResourceOptions,
): Secrets {
  const lost = machines.filter(({ lost, config }) => lost === true && config.roles.includes("master"));
  return new Secrets(
    name,
    {
      machines: [...controlPlane.machines, ...lost],
      server: (machine) => serverAddress(environment, machine),
      etcdEndpoints: etcd.endpoints,
      environment,
      keys,
    },
    opts,
  );
}
