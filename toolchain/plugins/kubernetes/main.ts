/** Stand-in for the plugin of @pulumi/kubernetes: typed objects and patches of them, on one cluster. */
import { changedKeys, Properties, textAt, UNKNOWN } from "../properties";
import { serve } from "../serve";
import type { Access } from "./cluster";
import { kubernetesObject } from "./object";

let access: Access = { kubeconfig: undefined, deleteUnreachable: false };

serve({
  standsFor: "@pulumi/kubernetes",
  version: "4.34.2",
  configure: (config) => {
    const kubeconfig = textAt(config, "kubeconfig");
    const deleteUnreachable = textAt(config, "deleteUnreachable") ?? process.env["PULUMI_K8S_DELETE_UNREACHABLE"];
    access = {
      kubeconfig: kubeconfig === UNKNOWN ? undefined : kubeconfig,
      deleteUnreachable: deleteUnreachable === "true",
    };
  },
  diffConfig: (olds: Properties, news: Properties) => {
    const changes = changedKeys(olds, news);
    // Another cluster is another home for every object; a new way into the same one is not.
    const fixed = "clusterIdentifier" in news ? "clusterIdentifier" : "kubeconfig";
    return { changes, replaces: changes.filter((key) => key === fixed) };
  },
  resource: (type) => (type.startsWith("kubernetes:") ? kubernetesObject(type, () => access) : undefined),
});
