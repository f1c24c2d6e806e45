import { z } from "zod";

import {
  fields as f,
  foreignFields,
  show,
  type Contradiction,
  type Frozen,
  type Listener,
  type Owned,
  type Path,
} from "../settings";
import { kubeletKinds } from "./kinds";

/** Fields of KubeletConfiguration that keelson sets. */
export const owned: Owned = {
  apiVersion: "it is kubelet.config.k8s.io/v1beta1: leave it out",
  authentication: "set kubernetes.kubelet.anonymous",
  authorization: "it is Webhook: leave it out",
  cgroupDriver: "it follows Docker's: set exec-opts in docker.daemon",
  clusterDNS: "set kubernetes.kubelet.clusterDNS",
  clusterDomain: "set kubernetes.networking.dnsDomain",
  containerRuntimeEndpoint: "set kubernetes.runtime",
  failCgroupV1: "it follows from the machine's kernel: leave it out",
  failSwapOn: "set kubernetes.kubelet.failSwapOn",
  healthzBindAddress: "the kubelet's health is asked there: leave it out",
  healthzPort: "the kubelet's health is asked there: leave it out",
  kind: "it is KubeletConfiguration: leave it out",
  port: "the API reaches kubelets at 10250: leave it out",
  rotateCertificates: "it is true: leave it out",
  staticPodPath: "kubeadm puts the control plane there: leave it out",
  systemReserved: "set machines[].allocatable",
};

export const kubelet = z.strictObject({
  clusterDNS: f
    .list(f.ipv4())
    .min(1, { error: "is an empty list: name an address, or leave it out" })
    .optional()
    .describe("DNS servers for pods.")
    .meta({ defaultsTo: "the tenth address of kubernetes.networking.serviceSubnet" }),
  failSwapOn: z.boolean().default(false).describe("Machines with swap switched on are refused."),
  anonymous: z
    .boolean()
    .default(false)
    .describe("The kubelet accepts requests without a certificate or token (anonymous)."),
  configuration: foreignFields(owned, kubeletKinds, "refused").describe(
    "Any other field of KubeletConfiguration (v1beta1).",
  ),
});

export type KubeletConfig = Frozen<z.output<typeof kubelet>>;

/** What of the stack's settings a kubelet follows. */
export interface KubeletSettings {
  readonly kubernetes: {
    readonly version: string;
    readonly runtime: "docker" | "containerd";
    readonly networking: { readonly dnsDomain: string };
    readonly kubelet: KubeletConfig & { readonly clusterDNS: readonly string[] };
  };
}

/** Whether kubelets serve with certificates of the cluster's authority, which they ask for, as the stack does not say otherwise. */
export function servesSigned({ kubernetes: { kubelet } }: Subject["configuration"]): boolean {
  const { serverTLSBootstrap, tlsCertFile } = kubelet.configuration;
  return serverTLSBootstrap !== false && tlsCertFile === undefined;
}

interface Subject {
  readonly configuration: { readonly kubernetes: { readonly kubelet: KubeletConfig } };
}

/** Values that the kubelet would take, and the cluster would not work with. */
export function* kubeletChecks({ configuration }: Subject): Generator<Contradiction> {
  const given = configuration.kubernetes.kubelet.configuration;
  const at = (field: string): Path => ["kubernetes", "kubelet", "configuration", field];
  if (given["enableServer"] === false) {
    const message = "the API reaches no kubelet without its server: leave it out";
    yield { path: at("enableServer"), message };
  }
  if (given["registerNode"] === false) {
    yield { path: at("registerNode"), message: "no machine would become a node: leave it out" };
  }
  const gate = (given["featureGates"] as Readonly<Record<string, unknown>> | undefined)?.[
    "RotateKubeletServerCertificate"
  ];
  if (gate === false && servesSigned(configuration)) {
    const message =
      "RotateKubeletServerCertificate: false: the kubelet would ask for no certificate to serve with, and the API would not reach it: leave it out, or set serverTLSBootstrap to false";
    yield { path: at("featureGates"), message };
  }
  const { address } = given;
  if (typeof address === "string" && /^(127\.|::1$)/.test(address)) {
    yield { path: at("address"), message: `${show(address)}: the API would not reach the kubelet: leave it out` };
  }
}

/** Where a kubelet listens; its health, on loopback, is asked by keelson alone. Source: Kubernetes documentation, "Ports and Protocols". */
export const kubeletListens: readonly Listener[] = [
  { what: "the kubelet", port: 10250, program: "kubelet" },
  { what: "the kubelet's health", port: 10248 },
];
