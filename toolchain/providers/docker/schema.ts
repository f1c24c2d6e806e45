import type { Properties } from "../properties";

/**
 * The properties of the Docker resources as the official plugin has them: what kind of value, what it is when nobody says
 * it, and whether it can change while the object lives. Source: the Docker provider for Terraform, which that plugin wraps.
 */

/** Texts, numbers and flags; lists and sets of texts; maps of texts; `blocks` and one `block`, which have members. */
export type Kind = "text" | "number" | "flag" | "list" | "set" | "map" | "blocks" | "block";

export interface Attribute {
  readonly kind: Kind;
  /** What a check puts in when the program says nothing. */
  readonly fallback?: unknown;
  /** What the state has when the program says nothing, and the daemon is not asked. */
  readonly unset?: unknown;
  /** The daemon decides when the program does not: taking the property away is no change. */
  readonly computed: boolean;
  /** The program cannot say it. */
  readonly outputOnly: boolean;
  readonly inPlace: boolean;
  readonly required: boolean;
}

export type Schema = Readonly<Record<string, Attribute>>;

/** Members of blocks, with what the state has for those that nobody gave. */
export const memberSchemas: Readonly<Record<string, Properties>> = {
  capabilities: { adds: [], drops: [] },
  devices: { containerPath: "", hostPath: "", permissions: "" },
  hosts: { host: "", ip: "" },
  labels: { label: "", value: "" },
  ipamConfigs: { auxAddress: null, gateway: "", ipRange: "", subnet: "" },
  networksAdvanced: {
    ...{ aliases: [], driverOpts: [], gwPriority: null, ipv4Address: "", ipv6Address: "" },
    ...{ linkLocalIps: [], macAddress: "", name: "" },
  },
  ports: { external: null, internal: 0, ip: "0.0.0.0", protocol: "tcp" },
  ulimits: { hard: 0, name: "", soft: 0 },
  volumes: {
    ...{ containerPath: "", fromContainer: "", hostPath: "", readOnly: null },
    ...{ selinuxRelabel: "", volumeName: "" },
  },
};

/** What a check puts into members of blocks. */
export const memberFallbacks: Readonly<Record<string, Properties>> = {
  devices: { permissions: "rwm" },
  ports: { ip: "0.0.0.0", protocol: "tcp" },
};

export const networkSchema = schema(`
  name text | driver text computed | ipamConfigs blocks computed | ipamDriver text =default | labels blocks
  options map computed | internal flag computed | attachable flag | ingress flag | ipv6 flag
  ipamOptions map | id text output | scope text output
`);

export const volumeSchema = schema(`
  name text computed | driver text computed | driverOpts map | labels blocks | cluster block
  id text output | mountpoint text output
`);

export const containerSchema = schema(`
  attach flag inPlace ~false | bridge text output | capabilities block | cgroupParent text | cgroupnsMode text
  command list computed | containerLogs text output | containerReadRefreshTimeoutMilliseconds number inPlace =15000
  cpuPeriod number inPlace | cpuQuota number inPlace | cpuSet text inPlace | cpuShares number inPlace | cpus text
  destroyGraceSeconds number inPlace | deviceCgroupRules set | deviceReadBps blocks inPlace
  deviceReadIops blocks inPlace | deviceRequests blocks | deviceWriteBps blocks inPlace | deviceWriteIops blocks inPlace
  devices blocks | dns set | dnsOpts set | dnsSearches set | domainname text | entrypoints list computed
  envs set computed | exitCode number output | gpus text | groupAdds set | healthcheck block computed inPlace
  hostname text computed | hosts blocks | id text output | image text required | init flag computed inPlace
  ipcMode text computed | labels blocks computed | logDriver text computed | logOpts map | logs flag inPlace ~false
  maxRetryCount number inPlace | memory number inPlace | memoryReservation number inPlace ~0 | memorySwap number inPlace
  mounts blocks | mustRun flag inPlace =true | name text | networkDatas blocks output | networkMode text =bridge
  networksAdvanced blocks | pidMode text | platform text computed | ports blocks | privileged flag
  publishAllPorts flag | readOnly flag ~false | removeVolumes flag inPlace =true | restart text inPlace =no
  rm flag inPlace ~false | runtime text computed | securityOpts set computed | shmSize number computed
  start flag inPlace =true | stdinOpen flag ~false | stopSignal text computed | stopTimeout number computed
  storageOpts map | sysctls map | tmpfs map inPlace | tty flag ~false | ulimits blocks | uploads blocks | user text
  usernsMode text | volumes blocks | wait flag inPlace ~false | waitTimeout number inPlace =60 | workingDir text
`);

/** Reads a table: `NAME KIND` and `computed`, `output`, `inPlace`, `required`, `=FALLBACK`, `~UNSET`; fields end with a bar or a line. */
function schema(table: string): Schema {
  const fields = table
    .split(/[|\n]/)
    .map((field) => field.trim().split(" "))
    .filter(([name]) => name !== "");
  return Object.fromEntries(fields.map(([name = "", ...words]) => [name, attribute(words)]));
}

function attribute([kind, ...flags]: readonly string[]): Attribute {
  const valueOf = (sign: string): unknown => {
    const word = flags.find((flag) => flag.startsWith(sign))?.slice(1);
    return word === undefined ? undefined : kind === "text" ? word : (JSON.parse(word) as unknown);
  };
  const outputOnly = flags.includes("output");
  return {
    kind: kind as Kind,
    fallback: valueOf("="),
    unset: valueOf("~") ?? (kind === "blocks" ? [] : null),
    computed: outputOnly || flags.includes("computed"),
    outputOnly,
    inPlace: flags.includes("inPlace"),
    required: flags.includes("required"),
  };
}
