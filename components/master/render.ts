import { isIPv6 } from "node:net";

import type { ArtifactSet } from "../artifacts";
import { labelOf, lengthsOf } from "../certificates";
import { authoritiesOf } from "../certificates/settings";
import { mastersOf, type MachineConfig, type Machine } from "../machine";
import type { MasterSettings } from "./settings";
import { criSocket, type DockerSettings } from "../docker";
import { clusterEndpoint, nodeEndpoint } from "../endpoint";
import { clusterKubeletConfiguration } from "../kubelet";
import { extraVolumes } from "./files";
import { hardened } from "./security";
import { yaml } from "../script";

const apiVersion = "kubeadm.k8s.io/v1beta4";

export interface KubeadmConfigArgs {
  readonly environment: MasterSettings;
  readonly machine: Machine;
  readonly etcdEndpoints: readonly string[];
  readonly artifacts: ArtifactSet;
}

/** Where a master's own API server answers, "10.0.0.11:6443". */
export function serverAddress(environment: MasterSettings, machine: Machine): string {
  const { advertiseAddress, bindPort } = environment.kubernetes;
  return `${advertiseAddress ?? machine.address}:${bindPort}`;
}

/** Names and addresses that a master's certificate is good for, besides those that kubeadm adds of its own. */
export function certificateNames(environment: MasterSettings, machine: Machine): readonly string[] {
  const { apiServer, virtualAddress } = environment.kubernetes;
  const names = [...apiServer.certSANs, "127.0.0.1", machine.address, hostOf(clusterEndpoint(environment))];
  return [...new Set([...names, ...(virtualAddress === undefined ? [] : [virtualAddress])])];
}

/** All of these with the address that kubeadm adds itself: a certificate that lacks it is refused by kubeadm, and is to be issued again before. */
export function namesToHave(environment: MasterSettings, machine: Machine): readonly string[] {
  const { advertiseAddress = machine.address } = environment.kubernetes;
  return [...new Set([...certificateNames(environment, machine), advertiseAddress])];
}

/** A name as openssl shows it of a certificate: an IPv6 address in full, and in capitals. */
export function asShown(name: string): string {
  if (!isIPv6(name)) return name;
  const [head = "", tail] = new URL(`http://[${name}]`).hostname.slice(1, -1).split("::");
  const parts = (text: string) => (text === "" ? [] : text.split(":"));
  const [before, after] = [parts(head), parts(tail ?? "")];
  const between = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...between, ...after].join(":").toUpperCase();
}

function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(":"));
}

/** The configuration by which kubeadm makes the cluster's authorities, and the administrator's kubeconfig, in a directory. */
export function authorityConfig(environment: MasterSettings, directory: string): string {
  const { version } = environment.kubernetes;
  return yaml(
    {
      apiVersion,
      kind: "InitConfiguration",
      // Neither is read, but kubeadm looks for both on the machine when they are missing.
      localAPIEndpoint: { advertiseAddress: mastersOf(environment)[0].address },
      nodeRegistration: { name: "authority", criSocket: "unix:///run/none.sock" },
    },
    {
      apiVersion,
      kind: "ClusterConfiguration",
      clusterName: environment.stack,
      kubernetesVersion: `v${version}`,
      controlPlaneEndpoint: nodeEndpoint,
      certificatesDir: directory,
    },
  );
}

/** The configuration by which a master issues the administrator's kubeconfig; it puts in the cluster's name. */
export function administratorConfig(): string {
  return yaml({
    apiVersion,
    kind: "ClusterConfiguration",
    clusterName: "@CLUSTER_NAME@",
    // The release is the machine's own: another one is no reason to issue it again.
    kubernetesVersion: "@RELEASE@",
    controlPlaneEndpoint: nodeEndpoint,
  });
}

/**
 * The configuration `kubeadm init` runs by. Source: kubeadm Configuration (v1beta4), Kubernetes reference
 * documentation.
 */
export function kubeadmConfig(args: KubeadmConfigArgs): string {
  return yaml(initConfiguration(args), clusterConfiguration(args), kubeProxyConfiguration(args));
}

/** What the cluster tells machines that join of their kubelets; it goes along with the configuration of `kubeadm init`. */
export function kubeletDefaults(environment: MasterSettings): string {
  return yaml(clusterKubeletConfiguration(environment));
}

function initConfiguration({ environment, machine }: KubeadmConfigArgs): object {
  return {
    apiVersion,
    kind: "InitConfiguration",
    localAPIEndpoint: {
      advertiseAddress: environment.kubernetes.advertiseAddress ?? machine.address,
      bindPort: environment.kubernetes.bindPort,
    },
    nodeRegistration: nodeRegistration(environment, machine),
    // kubeadm makes a token whatever one says; nobody is given this one, and it is gone at once.
    bootstrapTokens: [
      { ttl: "1s", usages: ["authentication"], groups: ["system:bootstrappers:kubeadm:default-node-token"] },
    ],
  };
}

/** How kubeadm registers a machine as a node. */
export function nodeRegistration(environment: Pick<DockerSettings, "kubernetes">, machine: Machine): object {
  return {
    name: machine.name,
    criSocket: criSocket(environment.kubernetes.runtime),
    imagePullPolicy: "IfNotPresent",
    // kubeadm gives a master a taint of its own unless it is told of others, and adds them all to those that a node has. So it
    // is told of none, and a new node of those in the configuration: master.sh.
    ...(machine.config.taints === undefined || !machine.config.roles.includes("master") ? {} : { taints: [] }),
    ...(machine.sharedKernel ? { ignorePreflightErrors: ["SystemVerification"] } : {}),
  };
}

/** By what kubeadm keeps pods off a master. */
export const mastersTaint = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };

/** Whether pods may be placed on a master that do not tolerate all that masters are kept free by. */
export function takesPods({ taints }: MachineConfig): boolean {
  return taints?.every(({ key, effect }) => key !== mastersTaint.key || effect !== mastersTaint.effect) === true;
}

function clusterConfiguration({ environment, machine, etcdEndpoints, artifacts }: KubeadmConfigArgs): object {
  const { kubernetes } = environment;
  const { apiServer, controllerManager, scheduler } = hardened(environment);
  const startedOn = authoritiesOfServers(environment);
  return {
    apiVersion,
    kind: "ClusterConfiguration",
    // The machine puts in the name that the cluster was made with, which outlives the stack's.
    clusterName: "@CLUSTER_NAME@",
    kubernetesVersion: `v${kubernetes.version}`,
    controlPlaneEndpoint: nodeEndpoint,
    imageRepository: artifacts.images.repository,
    ...validityPeriod(environment),
    networking: { ...kubernetes.networking },
    etcd: {
      external: {
        endpoints: [...etcdEndpoints],
        caFile: "/etc/kubernetes/pki/etcd/ca.crt",
        certFile: "/etc/kubernetes/pki/apiserver-etcd-client.crt",
        keyFile: "/etc/kubernetes/pki/apiserver-etcd-client.key",
      },
    },
    apiServer: {
      certSANs: [...certificateNames(environment, machine)],
      extraArgs: extraArgs({ ...quickRestart, ...apiServer.extraArgs }),
      ...extraVolumes(apiServer),
      ...startedOn,
    },
    controllerManager: {
      extraArgs: extraArgs({ ...signing(environment), ...controllerManager.extraArgs }),
      ...extraVolumes(controllerManager),
      ...startedOn,
    },
    scheduler: { extraArgs: extraArgs(scheduler.extraArgs), ...extraVolumes(scheduler), ...startedOn },
    dns: { imageRepository: artifacts.images.corednsRepository, imageTag: artifacts.images.corednsTag },
  };
}

/** As kubeadm makes it of what it is told. */
export const corednsImage = ({ images }: ArtifactSet) => `${images.corednsRepository}/coredns:${images.corednsTag}`;

/** kubeadm's own, a year, is not told, so that a cluster of an earlier release has the configuration that it had. */
function validityPeriod(environment: MasterSettings): object {
  const { validity } = lengthsOf(environment);
  return validity === 365 * 86_400 ? {} : { certificateValidityPeriod: `${validity}s` };
}

/**
 * Servers read keys of service accounts and etcd's authorities when they start: with others they are servers with other settings, and
 * start anew. The first authorities are not told, so that a cluster of an earlier release has the configuration that it had.
 */
function authoritiesOfServers(environment: MasterSettings): object {
  const value = labelOf(authoritiesOf(environment));
  return value === "1" ? {} : { extraEnvs: [{ name: "KEELSON_AUTHORITIES", value }] };
}

/** The controller manager signs by a file that has one certificate, and no more; kubeadm names the file of all. */
function signing(environment: MasterSettings): Readonly<Record<string, string>> {
  if (authoritiesOf(environment).length < 2) return {};
  return { "cluster-signing-cert-file": "/etc/kubernetes/pki/issuer.crt" };
}

/** A server that is told to end would wait for its watches, which never end: its machine kills it after half a minute. */
const quickRestart = { "shutdown-watch-termination-grace-period": "5s" };

/** A flag that is given several times has a list for its value. */
function extraArgs(args: Readonly<Record<string, string | readonly string[]>>): object[] {
  return Object.entries(args).flatMap(([name, value]) => [value].flat().map((value) => ({ name, value })));
}

function kubeProxyConfiguration({ environment }: KubeadmConfigArgs): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clusterCIDR: environment.kubernetes.networking.podSubnet,
    mode: "iptables",
    // Connection tracking is sized by the computer's own kernel there, and asking to change it ends kube-proxy.
    ...(environment.machines.some(({ sharedKernel }) => sharedKernel)
      ? {
          conntrack: {
            maxPerCore: 0,
            min: 0,
            tcpEstablishedTimeout: "0s",
            tcpCloseWaitTimeout: "0s",
          },
        }
      : {}),
  };
}
