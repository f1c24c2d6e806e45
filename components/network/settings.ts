import { z } from "zod";

import { fields as f, type Contradiction, type Frozen, type Listener } from "../settings";

export { podMask, roomForNodes } from "./podNetwork";

/** The networks inside the cluster; a field of the section `kubernetes`. */
export const networking = z.strictObject({
  podSubnet: f
    .subnet(8, 24)
    .default("10.244.0.0/16")
    .describe("Pod network; each node gets a /24 of it.")
    .meta({ immutable: true }),
  serviceSubnet: f
    .subnet(12, 28)
    .default("10.96.0.0/12")
    .describe("Network of the Service addresses.")
    .meta({ immutable: true }),
  dnsDomain: f
    .dnsName()
    .default("cluster.local")
    .describe("DNS domain of Services and pods.")
    .meta({ immutable: true }),
});

export const flannel = z
  .strictObject({
    backend: z
      .enum(["vxlan", "host-gw"])
      .default("vxlan")
      .describe(
        "How packets of pods travel between machines: encapsulated in UDP (vxlan, port 8472), or routed (host-gw), where machines share a link.",
      )
      .meta({ immutable: true }),
    mtu: f
      .integer(576, 65535)
      .optional()
      .describe("MTU of the pod network, in bytes. Where it changes, a pod has the new one when it starts anew.")
      .meta({ defaultsTo: "the machine's own, less the encapsulation" }),
  })
  .meta({ example: { backend: "host-gw" } });

/** What of the stack's settings the pod network follows. */
export interface NetworkSettings {
  readonly kubernetes: { readonly networking: Frozen<z.output<typeof networking>> };
  readonly flannel: Frozen<z.output<typeof flannel>>;
}

/** What a packet on the wire has at most. Source: RFC 791, "Total Length". */
const longestPacket = 65535;

/** What vxlan wraps around a packet, bytes. Source: flannel documentation, "Backends". */
export const wrapping = 50;

/** Packets that are wrapped must fit as well. */
export function* flannelChecks({
  configuration,
}: {
  readonly configuration: NetworkSettings;
}): Generator<Contradiction> {
  const { backend, mtu = 0 } = configuration.flannel;
  if (backend !== "vxlan" || mtu + wrapping <= longestPacket) return;
  const message = `${mtu} leaves no room for the ${wrapping} bytes of vxlan's encapsulation: use ${longestPacket - wrapping} at most`;
  yield { path: ["flannel", "mtu"], uses: [["flannel", "backend"]], message };
}

/** Where kube-proxy listens on a node; its metrics are on loopback. Source: Kubernetes documentation, "Ports and Protocols". */
export const kubeProxyListens: readonly Listener[] = [
  { what: "kube-proxy's metrics", port: 10249 },
  { what: "kube-proxy's health", port: 10256, program: "kube-proxy" },
];
