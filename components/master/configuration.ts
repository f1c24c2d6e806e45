import { join } from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import { labelOf, trustScript } from "../certificates";
import { authoritiesOf } from "../certificates/settings";
import { nodeEndpoint } from "../endpoint";
import type { Machine } from "../machine";
import { HostScript } from "../script";
import { configurationEffects } from "./effects";
import type { ControlPlaneArgs } from "./index";
import { corednsImage, kubeadmConfig, kubeletDefaults } from "./render";
import { kubeadmScripts } from "./scripts";

/** The cluster is told its configuration, by way of a master that has its API server. */
export function configureCluster(
  machine: Machine,
  args: ControlPlaneArgs,
  opts: pulumi.CustomResourceOptions,
): HostScript {
  const { environment, artifacts, etcd } = args;
  return new HostScript(
    "configuration",
    {
      machine,
      script: join(__dirname, "configuration.sh"),
      uses: [...kubeadmScripts, trustScript, join(__dirname, "addons.sh")],
      values: {
        KUBEADM_CONFIG: kubeadmConfig({ ...args, machine, etcdEndpoints: etcd.endpoints }),
        KUBELET_DEFAULTS: kubeletDefaults(environment),
        COREDNS_IMAGE: corednsImage(artifacts),
        PROXY: nodeEndpoint,
        AUTHORITIES: labelOf(authoritiesOf(environment)),
        // What is restored may tell of what was there before.
        RESTORED: environment.etcd.restore?.generation ?? 0,
      },
      effects: configurationEffects,
    },
    opts,
  );
}
