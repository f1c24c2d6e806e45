import { artifactsConfig, type ArtifactsConfig } from "../artifacts/settings";
import { backupConfig, type BackupSection } from "../backup/settings";
import type { EtcdConfig } from "../etcd/settings";
import { local as localSchema } from "../local/settings";
import type { MachineConfig, MachineSettings } from "../machine/settings";
import { withContents, type WithContents } from "../master/settings";
import { liesIn, networkOf, nthAddress, size, type Context, type Frozen } from "../settings";
import { login, sshConfig, type SshConfig } from "../ssh";
import type { Configuration } from "./schema";

type Kubernetes = Frozen<Configuration["kubernetes"]>;

/** Sections that are in an environment as their chapters read them. */
type AsRead = Frozen<Omit<Configuration, "local" | "machines" | "ssh" | "kubernetes" | "artifacts">>;

/** One stack's configuration: complete, without contradictions, and frozen. */
export interface Environment extends AsRead {
  /** Name of the stack, "dev". */
  readonly stack: string;
  readonly local: Frozen<NonNullable<Configuration["local"]>>;
  /** Machines of the cluster. */
  readonly machines: readonly MachineConfig[];
  /** Machines that are gone for good, and which the cluster lets go. */
  readonly lost: readonly MachineConfig[];
  readonly ssh: SshConfig;
  readonly kubernetes: Omit<Kubernetes, "apiServer" | "controllerManager" | "scheduler"> & {
    readonly apiServer: WithContents<Kubernetes["apiServer"]>;
    readonly controllerManager: WithContents<Kubernetes["controllerManager"]>;
    readonly scheduler: WithContents<Kubernetes["scheduler"]>;
    readonly kubelet: Kubernetes["kubelet"] & { readonly clusterDNS: readonly string[] };
  };
  readonly etcd: EtcdConfig & { readonly version: string } & BackupSection;
  readonly artifacts: ArtifactsConfig;
}

/**
 * The environment that a configuration stands for; an address that is missing is empty. Machines that are lost are still
 * among the others, where the configuration has them.
 */
export function resolve(configuration: Configuration, context: Context): Environment {
  const { kubernetes } = configuration;
  const local = configuration.local ?? localSchema.parse({});
  const addresses = addressesOf(configuration, local.subnet, context.addresses);
  const etcdRole = configuration.machines.some(({ roles }) => roles.includes("etcd")) ? "etcd" : "master";
  return {
    ...configuration,
    stack: context.stack,
    local,
    lost: [],
    machines: configuration.machines.map((machine, index) => ({
      ...machineConfig(machine, etcdRole, configuration.provider),
      ...(configuration.provider === "local" ? { image: machine.image ?? local.image } : {}),
      address: addresses[index] ?? "",
      ssh: login(configuration, machine, addresses[index] ?? "", context),
    })),
    ssh: sshConfig(configuration, context),
    kubernetes: {
      ...kubernetes,
      apiServer: withContents(kubernetes.apiServer, context),
      controllerManager: withContents(kubernetes.controllerManager, context),
      scheduler: withContents(kubernetes.scheduler, context),
      virtualAddress: virtualAddress(configuration, local.subnet),
      kubelet: { ...kubernetes.kubelet, clusterDNS: kubernetes.kubelet.clusterDNS ?? [tenthAddress(configuration)] },
    },
    etcd: { ...configuration.etcd, ...backupConfig(configuration, context) },
    artifacts: artifactsConfig(configuration, context),
  };
}

/** The address of the cluster's DNS Service. Source: kubeadm reference, "dns": the tenth of the service subnet. */
export function tenthAddress({ kubernetes }: Configuration): string {
  return nthAddress(networkOf(kubernetes.networking.serviceSubnet), 10) ?? "";
}

/** The masters' common address; several masters that are containers have one of their network's first. */
function virtualAddress({ provider, machines, kubernetes }: Configuration, subnet: string): string | undefined {
  const several = machines.filter(({ roles }) => roles.includes("master")).length > 1;
  const automatic = provider === "local" && several ? nthAddress(networkOf(subnet), 10) : undefined;
  return kubernetes.virtualAddress ?? automatic;
}

/**
 * Each machine's address; local machines without one keep what they have, and new ones get the free ones from the eleventh
 * on, in their order.
 */
function addressesOf(
  { provider, machines }: Configuration,
  subnet: string,
  addresses: Context["addresses"],
): readonly string[] {
  if (provider !== "local") return machines.map(({ address }) => address ?? "");
  const network = networkOf(subnet);
  const given = new Set(machines.map(({ address }) => address));
  const found = addresses?.() ?? new Map<string, string>();
  // A machine whose address is another's now, or of another network, is one that moves: that is refused as such.
  const kept = (name: string): string | undefined => {
    const address = found.get(name) ?? "";
    return liesIn(address, subnet) && !given.has(address) ? address : undefined;
  };
  const taken = new Set([...given, ...found.values()]);
  let index = 11;
  const nextFree = (): string => {
    // The last address of a network is everyone's.
    while (index < size(network) - 1) {
      const address = nthAddress(network, index++) ?? "";
      if (!taken.has(address)) return address;
    }
    return "";
  };
  return machines.map(({ name, address }) => address ?? kept(name) ?? nextFree());
}

function machineConfig(machine: MachineSettings, etcdRole: "etcd" | "master", provider: Configuration["provider"]) {
  const { cpu, memory } = machine.allocatable ?? {};
  const { roles } = machine;
  // Without machines named for etcd, the masters carry it.
  const carriesEtcd = etcdRole === "master" && roles.includes("master");
  // A master that is to take pods must lose the taint that keeps them off it.
  const taints = machine.taints ?? (roles.includes("master") && roles.includes("worker") ? [] : undefined);
  return {
    name: machine.name,
    roles: carriesEtcd ? [...roles, "etcd" as const] : roles,
    labels: machine.labels,
    annotations: machine.annotations,
    ...(taints ? { taints } : {}),
    unschedulable: machine.unschedulable,
    sharedKernel: machine.sharedKernel || provider === "local",
    adopt: machine.adopt,
    lost: machine.lost,
    ...(machine.allocatable ? { allocatable: { millicpu: cpu, memoryBytes: memory } } : {}),
  };
}
