import { immutableSettings, type Environment } from "../environment";

/** Fields of Docker's daemon.json by which it finds containers and images, or runs them; another value, and it has none. */
const dockerFields = ["storage-driver", "userns-remap", "exec-root", "containerd", "containerd-namespace"];

/** Flags of etcd that say where its data is, or whose. */
const etcdFlags = ["wal-dir", "initial-cluster-token"];

/** Where the release of Kubernetes stands. */
export const release = "kubernetes.version";

/** Why, where it is not plain to see. */
const reasons: Readonly<Record<string, string>> = {
  "kubernetes.apiServer.extraArgs.etcd-prefix": "the API would find an empty cluster, and all pods would be ended",
  "kubernetes.controllerManager.extraArgs.node-cidr-mask-size-ipv4": "nodes have their ranges of the pod network",
  "docker.packages": "it would replace Docker and containerd under the pods of all machines at once",
  "docker.daemon.exec-opts.native.cgroupdriver": "pods that run have their cgroups by the other driver",
  "etcd.extraArgs.wal-dir": "etcd would not find its log there, nor the cluster's data",
  "etcd.extraArgs.initial-cluster-token": "etcd keeps the one that it began with",
  "flannel.backend": "nodes that have changed and nodes that have not would not reach each other's pods",
};

/** Why a setting cannot change; undefined where that is plain. */
export function reasonFor(path: string): string | undefined {
  const isDockers = path.startsWith("docker.daemon.");
  return reasons[path] ?? (isDockers ? "Docker would know none of the containers and images that it has" : undefined);
}

/** Settings that cannot change while the cluster lives, by their path: those that are marked so, and some flags of other programs. */
export function fixedSettings(environment: Environment): Readonly<Record<string, string>> {
  const { apiServer, controllerManager } = environment.kubernetes;
  return {
    ...immutableSettings(environment),
    // It may change, in an order of its own.
    [release]: environment.kubernetes.version,
    "kubernetes.apiServer.extraArgs.etcd-prefix": textOf(apiServer.extraArgs["etcd-prefix"]),
    "kubernetes.controllerManager.extraArgs.node-cidr-mask-size-ipv4": textOf(
      controllerManager.extraArgs["node-cidr-mask-size-ipv4"],
    ),
    ...dockerSettings(environment),
    ...Object.fromEntries(
      etcdFlags.map((flag) => [`etcd.extraArgs.${flag}`, textOf(environment.etcd.extraArgs[flag])]),
    ),
  };
}

function dockerSettings({ docker: { daemon } }: Environment): Readonly<Record<string, string>> {
  const features = daemon["features"] as Readonly<Record<string, unknown>> | null | undefined;
  return {
    "docker.daemon.data-root": textOf(daemon["data-root"]) || "/var/lib/docker",
    "docker.daemon.exec-opts.native.cgroupdriver": cgroupDriver(daemon["exec-opts"]),
    "docker.daemon.features.containerd-snapshotter": textOf(features?.["containerd-snapshotter"]),
    ...Object.fromEntries(dockerFields.map((field) => [`docker.daemon.${field}`, textOf(daemon[field])])),
  };
}

function cgroupDriver(options: unknown): string {
  const prefix = "native.cgroupdriver=";
  const found = [options].flat().find((option) => typeof option === "string" && option.startsWith(prefix));
  return textOf(found).slice(prefix.length);
}

/** A setting as a text; "" where it is not set. */
function textOf(value: unknown): string {
  const last: unknown = [value].flat().at(-1);
  return typeof last === "string" || typeof last === "boolean" ? String(last) : "";
}

/**
 * Who signs the tokens of service accounts, and whose tokens the API takes besides. Source: Kubernetes documentation,
 * kube-apiserver, service-account-issuer; kubeadm gives one where none is set.
 */
export function issuers({ kubernetes: { apiServer, networking } }: Environment): readonly string[] {
  const given = apiServer.extraArgs["service-account-issuer"];
  return given === undefined ? [`https://kubernetes.default.svc.${networking.dnsDomain}`] : [given].flat();
}

/** For whom tokens are, where that is said. Source: Kubernetes documentation, kube-apiserver, api-audiences: else it is their issuers. */
export function audiences({ kubernetes: { apiServer } }: Environment): readonly string[] | undefined {
  const given = apiServer.extraArgs["api-audiences"];
  return given === undefined ? undefined : [given].flat().flatMap((list) => list.split(","));
}

/** Whether Secrets may be encrypted in etcd. */
export function encrypts({ kubernetes: { apiServer } }: Environment): boolean {
  return textOf(apiServer.extraArgs["encryption-provider-config"]) !== "";
}
