import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ArtifactSet } from "../artifacts";
import type { Fleet } from "../script";
import type { NetworkSettings } from "./settings";
import { flannelPod } from "./pod";
import { cniConfig, digestOf, networkConfig } from "./render";

export { ClusterDns, podsScript } from "./dns";

export interface NetworkArgs {
  readonly environment: NetworkSettings;
  readonly artifacts: ArtifactSet;
  /** The machines of the cluster. */
  readonly fleet: Fleet;
}

const namespace = "kube-flannel";
const name = "kube-flannel-ds";

/**
 * flannel on every node, present and future: pods reach each other by address across machines. Done when flannel is
 * deployed, not when it runs everywhere: machines may join after this.
 */
export class Network extends pulumi.ComponentResource {
  /** When it is there, all of flannel is. */
  readonly last: pulumi.Resource;

  constructor(resourceName: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:network:Network", resourceName, {}, opts);
    const { fleet } = args;
    const child = { parent: this, deletedWith: opts?.deletedWith };
    const space = new k8s.core.v1.Namespace(
      fleet.named(namespace),
      { metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } } },
      child,
    );
    const account = this.account(fleet.named("flannel"), { ...child, dependsOn: [space] });
    const data = { "cni-conf.json": cniConfig(args.environment), "net-conf.json": networkConfig(args.environment) };
    const settings = new k8s.core.v1.ConfigMap(
      fleet.named("kube-flannel-cfg"),
      { metadata: { name: "kube-flannel-cfg", namespace }, data },
      { ...child, dependsOn: [space] },
    );
    const labels = { app: "flannel", tier: "node" };
    this.last = new k8s.apps.v1.DaemonSet(
      fleet.named(name),
      {
        metadata: {
          name,
          namespace,
          labels,
          // Machines that join later are waited for one by one, each by its own worker.
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: {
          selector: { matchLabels: { app: "flannel" } },
          template: {
            // flanneld reads its settings once: pods of other settings are other pods, and roll over.
            metadata: { labels, annotations: { "keelson.io/config": digestOf(data) } },
            spec: flannelPod(args.artifacts),
          },
        },
      },
      { ...child, dependsOn: [account, settings] },
    );
    this.registerOutputs({});
  }

  /** What flanneld may read and write in the cluster. Source: flannel's documentation, kube-flannel.yml. */
  private account(resourceName: string, child: pulumi.CustomResourceOptions): k8s.rbac.v1.ClusterRoleBinding {
    const account = new k8s.core.v1.ServiceAccount(resourceName, { metadata: { name: "flannel", namespace } }, child);
    const role = new k8s.rbac.v1.ClusterRole(
      resourceName,
      {
        metadata: { name: "flannel" },
        rules: [
          { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
          { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
          { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
        ],
      },
      child,
    );
    return new k8s.rbac.v1.ClusterRoleBinding(
      resourceName,
      {
        metadata: { name: "flannel" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
      },
      child,
    );
  }
}
