import type { types } from "@pulumi/kubernetes";

import type { ArtifactSet } from "../artifacts";
import { proxyPort, proxyHost } from "../endpoint";
import { configDirectory, startFlannel } from "./render";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;

/** flanneld's pod on each node: in the host's network, before anything else there can have a network. */
export function flannelPod(artifacts: ArtifactSet): PodSpec {
  return {
    hostNetwork: true,
    priorityClassName: "system-node-critical",
    serviceAccountName: "flannel",
    // A node has a network whatever keeps other pods off it, or drives them from it.
    tolerations: [{ operator: "Exists" }],
    initContainers: pluginInstaller(artifacts),
    containers: [flanneld(artifacts)],
    volumes: [
      hostPath("run", "/run/flannel"),
      hostPath("cni-plugin", "/opt/cni/bin"),
      hostPath("cni", "/etc/cni/net.d"),
      hostPath("xtables-lock", "/run/xtables.lock", "FileOrCreate"),
      { name: "flannel-cfg", configMap: { name: "kube-flannel-cfg" } },
    ],
  };
}

/** Where the CNI plugin is not among the installed programs, its image brings it. */
function pluginInstaller({ images }: ArtifactSet): Container[] {
  if (images.flannelCni === undefined) return [];
  return [
    {
      name: "install-cni-plugin",
      image: images.flannelCni,
      command: ["cp", "-f", "/flannel", "/opt/cni/bin/flannel"],
      volumeMounts: [{ name: "cni-plugin", mountPath: "/opt/cni/bin" }],
    },
  ];
}

function flanneld({ images }: ArtifactSet): Container {
  return {
    name: "kube-flannel",
    image: images.flannel,
    command: ["/bin/sh", "-c", startFlannel, "flanneld"],
    // Machines with several networks must use the one by which they were named.
    args: ["--ip-masq", "--kube-subnet-mgr", "--iface=$(HOST_IP)"],
    env: [
      fromField("POD_NAME", "metadata.name"),
      fromField("POD_NAMESPACE", "metadata.namespace"),
      fromField("HOST_IP", "status.hostIP"),
      // By the node's own proxy: before kube-proxy has run there, the Service address leads nowhere.
      ...apiServer,
      { name: "EVENT_QUEUE_DEPTH", value: "5000" },
      { name: "CONT_WHEN_CACHE_NOT_READY", value: "false" },
    ],
    resources: { requests: { cpu: "100m", memory: "50Mi" } },
    securityContext: { privileged: false, capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
    volumeMounts: [
      { name: "run", mountPath: "/run/flannel" },
      { name: "cni", mountPath: "/etc/cni/net.d" },
      { name: "flannel-cfg", mountPath: configDirectory },
      { name: "xtables-lock", mountPath: "/run/xtables.lock" },
    ],
  };
}

const apiServer: readonly types.input.core.v1.EnvVar[] = [
  { name: "KUBERNETES_SERVICE_HOST", value: proxyHost },
  { name: "KUBERNETES_SERVICE_PORT", value: String(proxyPort) },
];

function fromField(name: string, fieldPath: string): types.input.core.v1.EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

function hostPath(name: string, path: string, type = "DirectoryOrCreate"): types.input.core.v1.Volume {
  return { name, hostPath: { path, type } };
}
