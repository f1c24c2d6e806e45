import { serve } from "../serve";
import { Cluster } from "./cluster";
import { kubernetesObject, type Provider } from "./object";
import { diffSettings, readSettings } from "./settings";

/** Stand-in for the plugin of @pulumi/kubernetes: typed objects, and patches of objects, in one cluster. */

/** Types of the package that are no objects of the API. */
const noObjects = /^kubernetes:(helm\.sh|yaml|kustomize)\/|List$/;

function providerOf(settings: Provider["settings"]): Provider {
  return { settings, cluster: new Cluster(settings) };
}

let provider = providerOf(readSettings({}));

serve({
  standsFor: "@pulumi/kubernetes",
  version: "4.34.2",
  configure: (config) => {
    provider = providerOf(readSettings(config));
  },
  diffConfig: diffSettings,
  resource: (type) =>
    /^kubernetes:[\w.-]+\/v\w+:[A-Z]\w*$/.test(type) && !noObjects.test(type)
      ? kubernetesObject(type, () => provider)
      : undefined,
});
