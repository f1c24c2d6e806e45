import { z } from "zod";

import {
  fields as f,
  harm,
  harmIn,
  isFalse,
  leaveOut,
  questions,
  type Contradiction,
  type Frozen,
  type Harm,
  type Listener,
  type Owned,
} from "../settings";
import type { EndpointSettings } from "../endpoint/settings";
import type { KubeletSettings } from "../kubelet/settings";
import { flagOfCertificates, type CertificateSettings } from "../certificates/settings";
import { flagOfMembers, having, type MachineConfig } from "../machine/settings";
import { componentFields } from "./componentSchema";
import type { ComponentFile } from "./componentFiles";
import type { Security } from "./securitySchema";

export { filesDirectory } from "./componentSchema";
export { security, securityChecks, systemNamespaces } from "./securitySchema";
export { componentChecks } from "./componentChecks";
export { withContents } from "./componentFiles";

const health = "the kubelet asks for its health at the usual port: leave it out";
const signers = ["kube-apiserver-client", "kubelet-client", "kubelet-serving", "legacy-unknown"];
const oneSigner =
  "the controller manager does not start with it beside cluster-signing-cert-file, which kubeadm sets: leave it out";

const kubeconfigs = "kubeadm makes the file: leave it out";
const subnet = "set kubernetes.networking.serviceSubnet";

export const apiServerFlags: Owned = {
  "advertise-address": "set kubernetes.advertiseAddress",
  "allow-privileged": "kube-proxy cannot run without it: leave it out",
  "client-ca-file": flagOfCertificates,
  "enable-bootstrap-token-auth": "machines join by it: leave it out",
  "etcd-cafile": flagOfCertificates,
  "etcd-certfile": flagOfCertificates,
  "etcd-keyfile": flagOfCertificates,
  "etcd-servers": flagOfMembers,
  "kubelet-client-certificate": flagOfCertificates,
  "kubelet-client-key": flagOfCertificates,
  "proxy-client-cert-file": flagOfCertificates,
  "proxy-client-key-file": flagOfCertificates,
  "requestheader-client-ca-file": flagOfCertificates,
  "secure-port": "set kubernetes.bindPort",
  "service-account-key-file": flagOfCertificates,
  "service-account-signing-key-file": flagOfCertificates,
  "service-cluster-ip-range": subnet,
  "tls-cert-file": flagOfCertificates,
  "tls-private-key-file": flagOfCertificates,
};

export const controllerManagerFlags: Owned = {
  "allocate-node-cidrs": "flannel needs it: leave it out",
  "authentication-kubeconfig": kubeconfigs,
  "authorization-kubeconfig": kubeconfigs,
  "client-ca-file": flagOfCertificates,
  "cluster-cidr": "set kubernetes.networking.podSubnet",
  "cluster-name": "it is the stack's name: leave it out",
  "cluster-signing-cert-file": flagOfCertificates,
  "cluster-signing-key-file": flagOfCertificates,
  ...Object.fromEntries(
    signers.flatMap((signer) => ["cert", "key"].map((what) => [`cluster-signing-${signer}-${what}-file`, oneSigner])),
  ),
  kubeconfig: kubeconfigs,
  "node-cidr-mask-size": "each node takes a /24 of kubernetes.networking.podSubnet: leave it out",
  "requestheader-client-ca-file": flagOfCertificates,
  "root-ca-file": flagOfCertificates,
  "secure-port": health,
  "service-account-private-key-file": flagOfCertificates,
  "service-cluster-ip-range": subnet,
};

export const schedulerFlags: Owned = {
  "authentication-kubeconfig": kubeconfigs,
  "authorization-kubeconfig": kubeconfigs,
  kubeconfig: kubeconfigs,
  "secure-port": health,
};

/** Where the API servers listen; a field of the section `kubernetes`, as the components are. */
export const bindPort = f
  .port()
  .default(6443)
  .describe("TCP port at which the API server listens.")
  .meta({ immutable: true });

export const apiServer = z.strictObject({
  ...componentFields("kube-apiserver", apiServerFlags),
  certSANs: f
    .list(f.certificateName())
    .default([])
    .describe("Additional names and addresses in the API's certificate."),
});

const component = (name: string, owned: Readonly<Record<string, string>>) =>
  z.strictObject(componentFields(name, owned)).prefault({});

export const controllerManager = component("kube-controller-manager", controllerManagerFlags);
export const scheduler = component("kube-scheduler", schedulerFlags);

/** The section's fields of the control plane, as the stack's file has them. */
export interface Components {
  readonly apiServer: Frozen<z.output<typeof apiServer>>;
  readonly controllerManager: Frozen<z.output<typeof controllerManager>>;
  readonly scheduler: Frozen<z.output<typeof scheduler>>;
}

/** A component whose files have their text. */
export type WithContents<T> = Omit<T, "files"> & { readonly files: readonly ComponentFile[] };

const maps = {
  apiServer: "kubernetes.apiServer.extraArgs",
  controllerManager: "kubernetes.controllerManager.extraArgs",
  scheduler: "kubernetes.scheduler.extraArgs",
} as const;

const isLoopback = (value: string) => /^(127\.|::1$)/.test(value);
const has = (value: string, ...names: readonly string[]) =>
  value.split(",").some((part) => names.includes(part.trim()));

/** Controllers that the others do not go without. Source: kubernetes, cmd/kube-controller-manager/names. */
const needed = [
  {
    names: ["csrapproving", "certificatesigningrequest-approving-controller"],
    what: "no node would get a certificate",
  },
  { names: ["csrsigning", "certificatesigningrequest-signing-controller"], what: "no node would get a certificate" },
  { names: ["nodeipam", "node-ipam-controller"], what: "no node would get addresses for its pods" },
] as const;

/** Whether a controller runs that does so by "*". */
function runs(value: string, names: readonly string[]): boolean {
  if (has(value, ...names.map((name) => `-${name}`))) return false;
  return has(value, "*", ...names);
}

const harms: readonly Harm[] = [
  harm(
    maps.apiServer,
    "anonymous-auth",
    "false",
    isFalse,
    `kubelets ask the server for its health anonymously, and would restart it for ever: ${leaveOut}`,
  ),
  harm(
    maps.apiServer,
    "bind-address",
    "a loopback address",
    isLoopback,
    `no other machine would reach the server: ${leaveOut}`,
  ),
  harm(
    ...([maps.apiServer, "authorization-mode", "without Node and RBAC"] as const),
    (value) => !has(value, "AlwaysAllow") && !(has(value, "Node") && has(value, "RBAC")),
    'nodes would not be let in: use both, as in "Node,RBAC"',
  ),
  harm(
    ...([maps.controllerManager, "controllers", "without bootstrapsigner"] as const),
    (value) => !has(value, "bootstrapsigner", "bootstrap-signer-controller"),
    'no machine could join: add it, as in "*,bootstrapsigner,tokencleaner"',
  ),
  ...needed.map(({ names, what }) =>
    harm(
      ...([maps.controllerManager, "controllers", `without ${names[0]}`] as const),
      (value) => !runs(value, names),
      `${what}: let ${names[0]} run, as in "*,bootstrapsigner,tokencleaner"`,
    ),
  ),
  ...Object.values(maps).flatMap(questions),
];

/** Of several only one may act. */
const leaders = [maps.controllerManager, maps.scheduler].map((map) =>
  harm(
    ...([map, "leader-elect", "false", isFalse] as const),
    `with several masters all of them would act at once: ${leaveOut}`,
  ),
);

/** Flags with which the control plane, or what needs it, would not work. */
export function* flagChecks({ configuration: { kubernetes }, environment }: Subject): Generator<Contradiction> {
  const several = having(environment.machines, "master").length > 1;
  for (const component of ["apiServer", "controllerManager", "scheduler"] as const) {
    yield* harmIn(maps[component], kubernetes[component].extraArgs, several ? [...harms, ...leaders] : harms);
  }
}

interface Subject {
  readonly configuration: { readonly kubernetes: Components };
  readonly environment: { readonly machines: readonly MachineConfig[] };
}

/** Where a master listens. Source: Kubernetes documentation, "Ports and Protocols". */
export function masterListens(bindPort: number): readonly Listener[] {
  return [
    { what: "kubernetes.bindPort", port: bindPort, path: ["kubernetes", "bindPort"], program: "kube-apiserver" },
    { what: "kube-controller-manager", port: 10257, program: "kube-controller-manager" },
    { what: "kube-scheduler", port: 10259, program: "kube-scheduler" },
  ];
}

/** What of the stack's settings the control plane follows. */
export interface MasterSettings extends CertificateSettings {
  readonly stack: string;
  readonly machines: readonly MachineConfig[];
  readonly etcd: { readonly restore?: { readonly generation: number } };
  readonly kubernetes: EndpointSettings["kubernetes"] &
    KubeletSettings["kubernetes"] & {
      readonly networking: { readonly podSubnet: string; readonly serviceSubnet: string; readonly dnsDomain: string };
    } & {
      readonly [Name in keyof Components]: WithContents<Components[Name]>;
    } & { readonly security: Frozen<Security> };
}
