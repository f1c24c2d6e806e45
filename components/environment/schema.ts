import { z } from "zod";

import { componentFields } from "../master/componentSchema";
import { dockerKinds } from "../docker/kinds";
import { etcd } from "../etcd/settings";
import * as f from "../settings/fields";
import { foreignFields } from "../settings/foreign";
import { kubeletKinds } from "../kubelet/kinds";
import { machine } from "../machine/settings";
import { apiServerFlags, controllerManagerFlags, dockerFields, kubeletFields, schedulerFlags } from "../settings/owned";
import { ssh } from "../ssh/settings";

/*
 * Every field of a stack's configuration: its type, its default and what it means. The reference in
 * docs/configuration.md is made from this file by `npm run docs`.
 */

export const local = z.strictObject({
  subnet: f
    .subnet(16, 29)
    .default("172.30.0.0/24")
    .describe(
      "Network of the containers; its second address is this computer's. Stacks that run at once need one each. Cannot change while the cluster lives.",
    ),
  image: f
    .image()
    .default("keelson/machine:13")
    .describe(
      "Image of the containers, which `make up` builds. Another one makes machines anew, one at a time: see `machines[].image`.",
    ),
});

/** "HOST:PORT"; the API's certificate is to be good for the host, which has lower-case letters there. */
function isEndpoint(text: string): boolean {
  const [, host = "", port = ""] = /^([^:]+):([1-9]\d{0,4})$/.exec(text) ?? [];
  return f.isHost(host) && Number(port) <= 65535;
}

const networking = z.strictObject({
  podSubnet: f
    .subnet(8, 24)
    .default("10.244.0.0/16")
    .describe("Network of the pods; each node takes a /24 of it. Cannot change while the cluster lives."),
  serviceSubnet: f
    .subnet(12, 28)
    .default("10.96.0.0/12")
    .describe("Network of the Services' addresses. Cannot change while the cluster lives."),
  dnsDomain: f.dnsName().default("cluster.local").describe("Domain of the names of Services and pods."),
});

const apiServer = z.strictObject({
  ...componentFields("kube-apiserver", apiServerFlags),
  certSANs: f
    .list(f.certificateName())
    .default([])
    .describe("More names and addresses that the API's certificate is to be good for."),
});

const kubelet = z.strictObject({
  clusterDNS: f
    .list(f.ipv4())
    .min(1, { error: "is an empty list: name an address, or leave it out" })
    .optional()
    .describe("Name servers of the pods.")
    .meta({ defaultsTo: "the tenth address of kubernetes.networking.serviceSubnet" }),
  failSwapOn: z.boolean().default(false).describe("Machines with swap switched on are refused."),
  anonymous: z.boolean().default(false).describe("Requests without a certificate or token may reach the kubelet."),
  configuration: foreignFields(kubeletFields, kubeletKinds, "refused").describe(
    "Any other field of KubeletConfiguration (v1beta1).",
  ),
});

const component = (name: string, owned: Readonly<Record<string, string>>) =>
  z.strictObject(componentFields(name, owned)).prefault({});

const kubernetes = z.strictObject({
  version: z
    .string()
    .default("1.36.3")
    .describe("Release of Kubernetes, one of the lock's. Cannot change while the cluster lives.")
    .meta({
      values: 'a release, as in "1.36.3"',
    }),
  runtime: z
    .enum(["docker", "containerd"])
    .default("docker")
    .describe("What runs the pods: Docker through cri-dockerd, or the containerd that Docker runs on."),
  bindPort: f.port().default(6443).describe("TCP port at which the API server listens."),
  endpoint: f
    .text(
      "an endpoint",
      isEndpoint,
      "is no host and port",
      'use a name or an IPv4 address, a colon and a TCP port, as in "api.example.com:6443"',
    )
    .optional()
    .describe("Where people and Pulumi reach the API: a load balancer of your own before the masters' bindPort.")
    .meta({ defaultsTo: "virtualAddress, or else advertiseAddress, with bindPort" }),
  virtualAddress: f
    .ipv4()
    .optional()
    .describe(
      "A free address on the masters' network that one of them always has, by VRRP; people and Pulumi reach the API there. With several masters, this or endpoint is required.",
    )
    .meta({ defaultsTo: "for several local masters the tenth address of local.subnet; none for ssh" }),
  advertiseAddress: f
    .ipv4()
    .optional()
    .describe("Address at which the one master offers its API; with several masters each offers it at its own.")
    .meta({ defaultsTo: "the master's" }),
  maxUnavailable: f
    .share()
    .default(1)
    .describe(
      "How many workers may restart Docker or the kubelet at a time when a change needs it; a percentage of the workers is rounded down to one at least. Masters and members of etcd restart one at a time.",
    ),
  drainTimeout: f
    .integer(1, 3600)
    .default(120)
    .describe("Seconds that the pods of a machine which leaves may take to end elsewhere; past them, it stays."),
  networking: networking.prefault({}).describe("The networks inside the cluster."),
  apiServer: apiServer.prefault({}).describe("kube-apiserver."),
  controllerManager: component("kube-controller-manager", controllerManagerFlags).describe("kube-controller-manager."),
  scheduler: component("kube-scheduler", schedulerFlags).describe("kube-scheduler."),
  kubelet: kubelet.prefault({}).describe("The kubelets of all machines."),
});

const docker = z.strictObject({
  packages: z
    .enum(["distribution", "docker"])
    .default("distribution")
    .describe(
      "Whose packages of Docker Engine are installed: Debian's or Ubuntu's own, or those of download.docker.com. Cannot change while the cluster lives.",
    ),
  daemon: foreignFields(dockerFields, dockerKinds, "taken").describe(
    "Fields of Docker's daemon.json. Those by which it finds its containers (data-root, storage-driver and the like), and its cgroup driver, cannot change while the cluster lives. `kubectl logs` needs the log-driver json-file with runtime docker.",
  ),
});

const flannel = z.strictObject({
  backend: z
    .enum(["vxlan", "host-gw"])
    .default("vxlan")
    .describe(
      "How pods' packets travel between machines: wrapped in UDP (port 8472), or routed, where machines share a link. Cannot change while the cluster lives.",
    ),
  mtu: f
    .integer(576, 65535)
    .optional()
    .describe("Largest packet of pods, in bytes.")
    .meta({ defaultsTo: "the machine's own, less what wrapping takes" }),
});

function isMirror(url: string): boolean {
  const [, scheme, server = "", path = ""] = /^(https?|file):\/\/([^/]*)(.*)$/s.exec(url) ?? [];
  return (scheme === "file" ? server === "" && path !== "" : isServer(server)) && !/[\s?#\p{Cc}]/u.test(path);
}

/** A host, and a port where it has one. */
function isServer(text: string): boolean {
  const [, host = "", port] = /^(\[[\da-fA-F:]+\]|[^:]+)(?::([1-9]\d{0,4}))?$/.exec(text) ?? [];
  return (host.startsWith("[") || f.isHost(host.toLowerCase())) && (port === undefined || Number(port) <= 65535);
}

const artifacts = z.strictObject({
  source: z
    .enum(["upstream", "mirror", "bundle"])
    .optional()
    .describe("Where programs come from: the published URLs, a mirror of them, or a directory on each machine.")
    .meta({ defaultsTo: "bundle for local machines, upstream for ssh" }),
  baseUrl: f
    .text(
      "a URL",
      isMirror,
      "is no URL of a mirror",
      'use http://, https:// or file:///, without a user or password, as in "https://mirror.example.com/kubernetes"',
    )
    .optional()
    .describe(
      "What stands in place of scheme and host of the published URLs; only with source mirror, and required there.",
    ),
  directory: f
    .absolutePath()
    .optional()
    .describe("Directory of the bundle on each machine; only with source bundle.")
    .meta({ defaultsTo: "`/opt/keelson/bundle`" }),
  lock: f
    .file()
    .optional()
    .describe("The bundle's lock.json on this computer; only with source bundle.")
    .meta({ defaultsTo: "lock.json of the bundle that `make env` built" }),
  imageRegistry: f
    .text(
      "a registry",
      (registry) => /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/.test(registry),
      "is no registry",
      'use host, port and path without a scheme, as in "registry.example.com:5000/mirror"',
    )
    .optional()
    .describe(
      "What stands in place of the registry's host in the names of the cluster's own images; those of workloads stay.",
    )
    .meta({ defaultsTo: "the registries that publish them" }),
});

const nginx = z.strictObject({
  image: f.image().default("nginx:latest").describe("Image of the Deployment; changing it rolls over to the new one."),
  replicas: f.integer(0).default(3).describe("Pods of the Deployment."),
  nodePort: f
    .integer(30000, 32767)
    .default(30080)
    .describe("TCP port of every node at which nginx answers from outside."),
});

const workloads = z.strictObject({
  enabled: z.boolean().default(true).describe("The example workloads are deployed."),
  nginx: nginx.prefault({}).describe("The nginx Pod, Deployment and Service."),
});

export const configuration = z.strictObject({
  provider: z
    .enum(["local", "ssh"])
    .describe("Where machines come from: containers on this computer, or machines that answer over SSH."),
  local: local.optional().describe("The machines as containers; only with provider local."),
  machines: z.array(machine).describe("Every machine, each by a name."),
  ssh: ssh.optional().describe("How to log in to the machines; only with provider ssh."),
  survey: z
    .enum(["on", "off"])
    .default("on")
    .describe(
      "Each run, previews too, begins with one login on each machine that looks at what it remembers, and what was changed on it by hand.",
    ),
  kubernetes: kubernetes.prefault({}).describe("The cluster."),
  docker: docker.prefault({}).describe("Docker Engine on all machines."),
  etcd: etcd.prefault({}).describe("etcd, which keeps the cluster's state."),
  flannel: flannel.prefault({}).describe("flannel, the pod network."),
  artifacts: artifacts.prefault({}).describe("Where programs and images come from; every one is verified."),
  workloads: workloads.prefault({}).describe("What runs in the cluster as an example."),
});

/** A configuration whose every field is well-formed and has its default; fields may still contradict each other. */
export type Configuration = z.output<typeof configuration>;
export type MachineSettings = Configuration["machines"][number];
