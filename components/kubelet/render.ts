import { servesSigned, type KubeletSettings } from "./settings";
import { criSocket } from "../docker";
import type { Machine } from "../machine";
import { cipherSuites, yaml, type ScriptFile } from "../script";

/** Where the kubelet reads its configuration: ours, whole, so that every field can be changed while it lives. */
export const kubeletConfigFile = "/etc/kubernetes/kubelet-config.yaml";

/** Fields that hold for every machine of the cluster; kubeadm keeps them in the cluster as well. */
export function clusterKubeletConfiguration(environment: KubeletSettings): Record<string, unknown> {
  const { kubelet, networking, runtime } = environment.kubernetes;
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: kubelet.anonymous },
      webhook: { enabled: true },
      x509: { clientCAFile: "/etc/kubernetes/pki/ca.crt" },
    },
    authorization: { mode: "Webhook" },
    clusterDNS: [...kubelet.clusterDNS],
    clusterDomain: networking.dnsDomain,
    containerRuntimeEndpoint: criSocket(runtime),
    failSwapOn: kubelet.failSwapOn,
    rotateCertificates: true,
    staticPodPath: "/etc/kubernetes/manifests",
    ...hardened,
    ...(servesSigned(environment) ? { serverTLSBootstrap: true } : {}),
    ...kubelet.configuration,
    ...featureGates(environment),
  };
}

/** What a stack may say otherwise. A pod has as many processes as a program needs, and not as many as a machine has. */
const hardened = {
  podPidsLimit: 4096,
  seccompDefault: true,
  tlsMinVersion: "VersionTLS12",
  tlsCipherSuites: [...cipherSuites],
};

/**
 * The stack's feature gates. From Kubernetes 1.36 on, the kubelet speaks to the runtime's streaming server in a way that
 * cri-dockerd does not understand, and every `kubectl exec` fails (cri-dockerd issue 569): there it keeps to the old way.
 */
function featureGates({ kubernetes }: KubeletSettings): Record<string, unknown> {
  const { featureGates: asked } = kubernetes.kubelet.configuration;
  const oldStreaming = kubernetes.runtime === "docker" && Number(kubernetes.version.split(".")[1]) >= 36;
  const gates = { ...(oldStreaming ? { ExtendWebSocketsToKubelet: false } : {}), ...(asked as object | undefined) };
  return Object.keys(gates).length > 0 ? { featureGates: gates } : {};
}

/** What one machine's kubelet follows besides what all of them do. */
export interface NodeSettings extends KubeletSettings {
  readonly artifacts: { readonly source: "upstream" | "mirror" | "bundle" };
}

/**
 * One machine's KubeletConfiguration, but for what only the machine knows (cgroup driver, resolv.conf, its capacity):
 * its script adds that.
 */
export function kubeletConfiguration(environment: NodeSettings, machine: Machine): string {
  return yaml({
    ...(machine.sharedKernel ? sharedDisk : {}),
    ...(machine.config.adopt || cannotPull(environment) ? keepsImages : {}),
    ...clusterKubeletConfiguration(environment),
  });
}

/** A bundle's images are in no registry, and Docker knows of no image that is to stay; containerd does. */
const cannotPull = ({ artifacts, kubernetes }: NodeSettings) =>
  artifacts.source === "bundle" && kubernetes.runtime === "docker";

/** To the kubelet every image of an engine is its own to delete when the disk fills up, those of others and those that nothing can pull. */
const keepsImages = { imageGCHighThresholdPercent: 100 };

/**
 * A container's disk is its computer's, and the kubelet would evict pods and delete images for how full others have
 * made it: there only space that really runs out counts, and images stay.
 */
const sharedDisk = {
  evictionHard: { "memory.available": "100Mi", "nodefs.available": "1Gi", "imagefs.available": "1Gi" },
  imageGCHighThresholdPercent: 100,
};

export const kubeletUnitFile = "/etc/systemd/system/kubelet.service";

/** The kubelet as a service, told by flags only what cannot stand in its configuration file. */
export function kubeletUnit(machine: Machine): ScriptFile {
  return {
    path: kubeletUnitFile,
    mode: "0600",
    content: `[Unit]
Description=Kubernetes node agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target docker.service containerd.service cri-docker.service
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/local/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=${kubeletConfigFile} --hostname-override=${machine.name} --node-ip=${machine.address}
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
`,
  };
}

/** What pod networks need of the kernel. Source: Kubernetes documentation, "Container Runtimes". */
const forPods = {
  "net.bridge.bridge-nf-call-iptables": 1,
  "net.bridge.bridge-nf-call-ip6tables": 1,
  "net.ipv4.ip_forward": 1,
};

/**
 * What the kubelet sets when it starts, and where it is to leave the kernel as it is, does not start without.
 * Source: kubernetes v1.36.1, setupKernelTunables in pkg/kubelet/cm/container_manager_linux.go.
 */
const forKubelet = {
  "vm.overcommit_memory": 1,
  "vm.panic_on_oom": 0,
  "kernel.panic": 10,
  "kernel.panic_on_oops": 1,
  "kernel.keys.root_maxkeys": 1_000_000,
  "kernel.keys.root_maxbytes": 25_000_000,
};

type KernelOf = Pick<Machine, "sharedKernel">;

/** Kernel settings as they are to be, "NAME=VALUE". Those of all programs of a kernel are its owner's: on another computer's nothing is set. */
export function kernelSettings({ kubernetes }: KubeletSettings, { sharedKernel }: KernelOf): readonly string[] {
  const isProtected = kubernetes.kubelet.configuration["protectKernelDefaults"] === true && !sharedKernel;
  return Object.entries({ ...forPods, ...(isProtected ? forKubelet : {}) }).map(([name, value]) => `${name}=${value}`);
}

/** What kube-proxy sets for NodePorts on 127.0.0.1, of each machine's own network. Source: kubernetes v1.36.1, pkg/proxy/iptables/proxier.go. */
const forLoopback = ["net.ipv4.conf.all.route_localnet"];

/** What kube-proxy sets to keep track of connections. Source: kubernetes v1.36.1, cmd/kube-proxy/app/conntrack.go. */
const forConnections = ["buckets", "max", "tcp_timeout_established", "tcp_timeout_close_wait"].map(
  (name) => `net.netfilter.nf_conntrack_${name}`,
);

/** Kernel settings that a node's own programs change, by name, to be as they were when it leaves; another computer's kernel is its owner's. */
export function kernelChanged({ sharedKernel }: KernelOf): readonly string[] {
  return sharedKernel ? forLoopback : [...forLoopback, ...forConnections, ...Object.keys(forKubelet)];
}

/** Kernel modules and settings for the next boot; a name that comes after those of others has the last word then. Source: sysctl.d(5). */
export function kernelFiles(environment: KubeletSettings, machine: KernelOf): readonly ScriptFile[] {
  const lines = kernelSettings(environment, machine).map((setting) => `${setting.replace("=", " = ")}\n`);
  return [
    { path: "/etc/modules-load.d/keelson.conf", content: "overlay\nbr_netfilter\n" },
    { path: "/etc/sysctl.d/99-zz-keelson.conf", content: lines.join("") },
  ];
}
