import type { Diff } from "../plugin";
import { changedKeys, type Properties, textAt, unknownValue } from "../properties";
import { serve } from "../serve";
import { container } from "./container";
import { useDaemon } from "./daemon";
import { network } from "./network";
import { volume } from "./volume";

/** Stand-in for the plugin of @pulumi/docker: networks, volumes and containers on the local daemon. */

const resources = new Map([
  ["docker:index/network:Network", network],
  ["docker:index/volume:Volume", volume],
  ["docker:index/container:Container", container],
]);

/** As the official plugin: what is known to differ is an update, and what else there may be is for the engine to find. */
function diffProvider(olds: Properties, news: Properties): Diff {
  const changes = changedKeys(olds, news).filter((key) => news[key] !== unknownValue);
  return { changes, uncertain: changes.length === 0 };
}

serve({
  standsFor: "@pulumi/docker",
  version: "5.2.0",
  diffConfig: diffProvider,
  configure: (config) => useDaemon(textAt(config, "host")),
  resource: (type) => resources.get(type),
});
