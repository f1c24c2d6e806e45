/** Stand-in for the plugin of @pulumi/docker: networks, volumes and containers on the local daemon. */
import { textAt } from "../properties";
import { serve } from "../serve";
import { container } from "./container";
import { useDaemon } from "./daemon";
import { network } from "./network";
import { volume } from "./volume";

const RESOURCES = new Map([
  ["docker:index/network:Network", network],
  ["docker:index/volume:Volume", volume],
  ["docker:index/container:Container", container],
]);

serve({
  standsFor: "@pulumi/docker",
  version: "5.2.0",
  configure: (config) => useDaemon(textAt(config, "host")),
  resource: (type) => RESOURCES.get(type),
});
