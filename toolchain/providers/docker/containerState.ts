import type { ContainerInspectInfo } from "dockerode";

import type { Remembered } from "../plugin";
import { listAt, type Properties } from "../properties";
import { containerSchema } from "./schema";
import { asState, diffAgainstState, made, updated } from "./state";

/** A container's state as the daemon reports it. */

const mib = 1024 * 1024;

/** Fields that the daemon reports, and its client's types do not know, or only those of some versions. */
interface Report extends ContainerInspectInfo {
  readonly NetworkSettings: ContainerInspectInfo["NetworkSettings"] & { readonly Bridge?: string };
}

/** The state after a create, where empty values that nobody asked for are none. */
export function madeState(inspected: ContainerInspectInfo, inputs: Properties): Properties {
  const found = { ...reported(inspected, inputs), ...unreported(inputs) };
  return made(inputs, found, containerSchema);
}

/** The state after a refresh: what the daemon reports, and what it does not from the state before. */
export function foundState(inspected: ContainerInspectInfo, old: Properties): Properties {
  const kept = Object.entries(containerSchema).map(([key, { unset, kind }]) => {
    return [key, old[key] ?? (["set", "map"].includes(kind) ? unset : (unset ?? null))] as const;
  });
  return { ...Object.fromEntries(kept), ...unreported(old), ...reported(inspected, old) };
}

/** The state after an update. */
export function updatedState(old: Remembered, inputs: Properties): Properties {
  if (diffAgainstState(old, inputs, containerSchema).changes.length === 0) return old.outputs;
  const news = updated(old, inputs, containerSchema);
  return { ...news, ...unreported(news) };
}

/** Properties that stay as they were given, with the members that the daemon's silence gives them. */
function unreported(old: Properties): Properties {
  const of = (key: "volumes" | "networksAdvanced"): Properties[] => {
    const attribute = containerSchema[key];
    return attribute === undefined ? [] : listAt({ list: asState(key, old[key] ?? [], attribute) }, "list");
  };
  return {
    volumes: of("volumes").map((volume) => ({ ...volume, readOnly: volume["readOnly"] ?? false })),
    networksAdvanced: of("networksAdvanced").map((network) => ({ ...network, gwPriority: network["gwPriority"] ?? 0 })),
  };
}

function reported(inspected: ContainerInspectInfo, given: Properties): Properties {
  const { Config, HostConfig, State } = inspected;
  const adds = HostConfig.CapAdd as string[] | null;
  const drops = HostConfig.CapDrop as string[] | null;
  const capabilities = (adds ?? drops) ? { capabilities: { adds: sorted(adds), drops: sorted(drops) } } : {};
  return {
    ...capabilities,
    ...limits(HostConfig),
    ...network(inspected, given),
    ...treatment(HostConfig),
    attach: given["attach"] ?? false,
    command: Config.Cmd,
    domainname: Config.Domainname,
    entrypoints: Config.Entrypoint,
    envs: sorted((given["envs"] as string[] | undefined) ?? []),
    // Kept when it runs again.
    exitCode: State.Running ? (given["exitCode"] ?? null) : State.ExitCode,
    hostname: Config.Hostname,
    id: inspected.Id,
    image: Config.Image,
    init: HostConfig.Init ?? false,
    ipcMode: HostConfig.IpcMode,
    labels: given["labels"] ?? [],
    logDriver: HostConfig.LogConfig?.Type,
    logOpts: {},
    mustRun: State.Running && (given["mustRun"] ?? true),
    name: inspected.Name.replace(/^\//, ""),
    platform: inspected.Platform,
    securityOpts: sorted(HostConfig.SecurityOpt as string[] | null),
    stdinOpen: Config.OpenStdin,
    ...stopping(Config as Stopping),
    tty: Config.Tty,
    user: Config.User,
    workingDir: Config.WorkingDir,
  };
}

function treatment(host: ContainerInspectInfo["HostConfig"]): Properties {
  return {
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount,
    privileged: host.Privileged,
    publishAllPorts: host.PublishAllPorts,
    readOnly: host.ReadonlyRootfs,
    restart: host.RestartPolicy?.Name,
    rm: host.AutoRemove,
    runtime: host.Runtime,
    storageOpts: host.StorageOpt ?? {},
    sysctls: host.Sysctls ?? {},
    tmpfs: host.Tmpfs ?? {},
    usernsMode: host.UsernsMode,
  };
}

interface Stopping {
  readonly StopSignal?: string;
  readonly StopTimeout?: number;
}

function stopping({ StopSignal, StopTimeout }: Stopping): Properties {
  return { stopSignal: StopSignal ?? "", stopTimeout: StopTimeout ?? 0 };
}

function limits(host: ContainerInspectInfo["HostConfig"]): Properties {
  const inMib = (bytes: number | undefined): number =>
    (bytes ?? 0) > 0 ? Math.floor((bytes ?? 0) / mib) : (bytes ?? 0);
  const cpus = (host.NanoCpus ?? 0) > 0 ? { cpus: String((host.NanoCpus ?? 0) / 1e9) } : {};
  return {
    ...cpus,
    cpuSet: host.CpusetCpus,
    cpuShares: host.CpuShares,
    groupAdds: sorted(host.GroupAdd),
    memory: inMib(host.Memory),
    memoryReservation: inMib(host.MemoryReservation),
    memorySwap: inMib(host.MemorySwap),
    shmSize: inMib(host.ShmSize),
  };
}

function network({ HostConfig, NetworkSettings }: Report, given: Properties): Properties {
  // Containers of before were made in their first network, and not in Docker's own bridge: that is no difference to them.
  const names = listAt(given, "networksAdvanced").map(({ name }) => name);
  const mode = HostConfig.NetworkMode ?? "";
  const networkMode = names.includes(mode) ? (given["networkMode"] ?? containerSchema["networkMode"]?.fallback) : mode;
  const networkDatas = Object.entries(NetworkSettings.Networks).map(([networkName, network]) => ({
    gateway: network.Gateway,
    globalIpv6Address: network.GlobalIPv6Address,
    globalIpv6PrefixLength: network.GlobalIPv6PrefixLen,
    ipAddress: network.IPAddress,
    ipPrefixLength: network.IPPrefixLen,
    ipv6Gateway: network.IPv6Gateway,
    macAddress: network.MacAddress,
    networkName,
  }));
  return {
    bridge: NetworkSettings.Bridge ?? "",
    dns: sorted(HostConfig.Dns as string[] | null),
    dnsOpts: sorted(HostConfig.DnsOptions as string[] | null),
    dnsSearches: sorted(HostConfig.DnsSearch),
    networkDatas,
    networkMode,
  };
}

function sorted(texts: readonly string[] | null | undefined): string[] {
  return [...(texts ?? [])].sort();
}
