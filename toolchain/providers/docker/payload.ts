import { isObject, listAt, numberAt, objectAt, type Properties, textAt } from "../properties";
import { labelsOf, textMap } from "./inputs";

/** A container's properties in the words of the daemon. */

const mib = 1024 * 1024;
const nanosecondsPerSecond = 1e9;

/** Every property of a container that the stand-in carries. */
export const containerInputs = new Set(
  [
    "attach capabilities cgroupnsMode command containerReadRefreshTimeoutMilliseconds cpus cpuShares destroyGraceSeconds deviceCgroupRules devices dns",
    "dnsSearches domainname entrypoints envs groupAdds healthcheck hostname hosts image init ipcMode labels logs",
    "memory memorySwap mounts mustRun name networkMode networksAdvanced pidMode ports privileged readOnly",
    "removeVolumes restart rm runtime securityOpts shmSize start stopSignal stopTimeout sysctls tmpfs ulimits",
    "user usernsMode volumes wait waitTimeout workingDir",
  ].flatMap((words) => words.split(" ")),
);

/** What the daemon is asked to create. */
export function containerPayload(inputs: Properties) {
  return defined({
    name: textAt(inputs, "name"),
    Image: textAt(inputs, "image"),
    Hostname: textAt(inputs, "hostname"),
    Domainname: textAt(inputs, "domainname"),
    User: textAt(inputs, "user"),
    WorkingDir: textAt(inputs, "workingDir"),
    Cmd: inputs["command"],
    Entrypoint: inputs["entrypoints"],
    Env: inputs["envs"],
    Labels: labelsOf(inputs),
    StopSignal: textAt(inputs, "stopSignal"),
    StopTimeout: numberAt(inputs, "stopTimeout"),
    ExposedPorts: Object.fromEntries(listAt(inputs, "ports").map((port) => [portKey(port), {}])),
    Healthcheck: healthcheck(inputs),
    HostConfig: hostConfig(inputs),
  });
}

/** The limits that can change while the container runs. */
export function updatePayload(inputs: Properties) {
  const memory = numberAt(inputs, "memory");
  const swap = numberAt(inputs, "memorySwap");
  return defined({
    Memory: memory === undefined ? undefined : memory * mib,
    MemorySwap: swap === undefined ? undefined : swap < 0 ? -1 : swap * mib,
    CpuShares: numberAt(inputs, "cpuShares"),
    RestartPolicy: { Name: textAt(inputs, "restart") ?? "no" },
  });
}

function hostConfig(inputs: Properties): Properties {
  const capabilities = objectAt(inputs, "capabilities");
  const cpus = Number(inputs["cpus"] ?? 0);
  const shm = numberAt(inputs, "shmSize");
  return defined({
    ...updatePayload(inputs),
    NanoCpus: cpus > 0 ? Math.round(cpus * 1e9) : undefined,
    Privileged: inputs["privileged"] === true,
    ReadonlyRootfs: inputs["readOnly"] === true,
    CapAdd: capabilities["adds"],
    CapDrop: capabilities["drops"],
    ...securityPaths(inputs["securityOpts"]),
    CgroupnsMode: textAt(inputs, "cgroupnsMode"),
    Devices: listAt(inputs, "devices").map(device),
    DeviceCgroupRules: inputs["deviceCgroupRules"],
    Tmpfs: inputs["tmpfs"] === undefined ? undefined : textMap(inputs["tmpfs"]),
    Sysctls: inputs["sysctls"] === undefined ? undefined : textMap(inputs["sysctls"]),
    Binds: listAt(inputs, "volumes").map(bind),
    Mounts: listAt(inputs, "mounts").map(mount),
    Ulimits: listAt(inputs, "ulimits").map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    Dns: inputs["dns"],
    DnsSearch: inputs["dnsSearches"],
    ExtraHosts: listAt(inputs, "hosts").map((host) => `${textAt(host, "host")}:${textAt(host, "ip")}`),
    GroupAdd: inputs["groupAdds"],
    Init: inputs["init"],
    IpcMode: textAt(inputs, "ipcMode"),
    PidMode: textAt(inputs, "pidMode"),
    UsernsMode: textAt(inputs, "usernsMode"),
    Runtime: textAt(inputs, "runtime"),
    ShmSize: shm === undefined ? undefined : shm * mib,
    AutoRemove: inputs["rm"] === true,
    NetworkMode: textAt(inputs, "networkMode") ?? "bridge",
    PortBindings: portBindings(inputs),
  });
}

/** `systempaths=unconfined` is a word of Docker's client only; the daemon wants what it stands for: two empty lists. */
function securityPaths(options: unknown): Properties {
  if (!Array.isArray(options)) return {};
  const rest = options.filter((option) => option !== "systempaths=unconfined");
  return rest.length === options.length
    ? { SecurityOpt: rest }
    : { SecurityOpt: rest, MaskedPaths: [], ReadonlyPaths: [] };
}

function device(entry: Properties): Properties {
  const host = textAt(entry, "hostPath");
  return {
    PathOnHost: host,
    PathInContainer: textAt(entry, "containerPath") ?? host,
    CgroupPermissions: textAt(entry, "permissions") ?? "rwm",
  };
}

function bind(entry: Properties): string {
  const source = textAt(entry, "volumeName") ?? textAt(entry, "hostPath") ?? "";
  return `${source}:${textAt(entry, "containerPath")}:${entry["readOnly"] === true ? "ro" : "rw"}`;
}

function mount(entry: Properties): Properties {
  const bindOptions = objectAt(entry, "bindOptions");
  return defined({
    Type: textAt(entry, "type"),
    Source: textAt(entry, "source"),
    Target: textAt(entry, "target"),
    ReadOnly: entry["readOnly"] === true,
    BindOptions: bindOptions["propagation"] === undefined ? undefined : { Propagation: bindOptions["propagation"] },
  });
}

function portKey(port: Properties): string {
  return `${numberAt(port, "internal")}/${textAt(port, "protocol") ?? "tcp"}`;
}

function portBindings(inputs: Properties): Properties {
  return Object.fromEntries(
    listAt(inputs, "ports").map((port) => [
      portKey(port),
      [{ HostIp: textAt(port, "ip") ?? "0.0.0.0", HostPort: String(numberAt(port, "external") ?? "") }],
    ]),
  );
}

/** One place of a container on a network. */
export function endpointOf(network: Properties): Properties {
  const IPv4Address = textAt(network, "ipv4Address");
  return defined({
    IPAMConfig: IPv4Address === undefined ? undefined : { IPv4Address },
    Aliases: network["aliases"],
  });
}

function healthcheck(inputs: Properties): Properties | undefined {
  const check = inputs["healthcheck"];
  if (!isObject(check)) return undefined;
  return defined({
    Test: check["tests"],
    Interval: nanoseconds(textAt(check, "interval")),
    Timeout: nanoseconds(textAt(check, "timeout")),
    StartPeriod: nanoseconds(textAt(check, "startPeriod")),
    Retries: numberAt(check, "retries"),
  });
}

function nanoseconds(duration: string | undefined): number | undefined {
  const [, amount, unit] = /^([\d.]+)(ms|s|m|h)$/.exec(duration ?? "") ?? [];
  const seconds = { ms: 0.001, s: 1, m: 60, h: 3600 }[unit ?? ""];
  return seconds === undefined ? undefined : Math.round(Number(amount) * seconds * nanosecondsPerSecond);
}

function defined(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
