import { join } from "node:path";

import { wrapping, type NetworkSettings } from "./settings";
import { shipped, shortDigest } from "../script";

/** Where flannel's container finds the two files below. */
export const configDirectory = "/etc/kube-flannel";

/** The pod network as flanneld reads it, whose MTU is that of packets on the wire. Source: flannel documentation, "Configuration". */
export function networkConfig({ kubernetes, flannel }: NetworkSettings): string {
  const { backend, mtu } = flannel;
  return JSON.stringify({
    Network: kubernetes.networking.podSubnet,
    EnableNFTables: false,
    // host-gw wraps nothing, and knows no such setting.
    Backend: { Type: backend, ...(backend === "vxlan" && mtu !== undefined ? { MTU: mtu + wrapping } : {}) },
  });
}

/** The CNI configuration list by which the runtime connects a pod. The version is the newest that the
 * flannel plugin knows, which takes an MTU of flanneld's where it is told none. Source: CNI specification. */
export function cniConfig({ flannel: { mtu } }: NetworkSettings): string {
  return JSON.stringify({
    name: "cbr0",
    cniVersion: "0.3.1",
    plugins: [
      // A node that was rebuilt has another range of addresses, and its bridge is to be in it.
      { type: "flannel", delegate: { hairpinMode: true, isDefaultGateway: true, forceAddress: true, mtu } },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });
}

/** A short digest of files, another one where any of them differs. */
export function digestOf(files: Readonly<Record<string, string>>): string {
  return shortDigest(JSON.stringify(files));
}

/** How flannel's container starts, for its shell. */
export const startFlannel = shipped(join(__dirname, "start.sh"), {
  CONFIG_DIRECTORY: configDirectory,
  WRAPPING: wrapping,
}).trimEnd();
