/** Something that a program said of its settings. */
export interface Word {
  readonly program: string;
  readonly words: string;
}

/** What one machine told before an upgrade. */
export interface Told {
  /** Settings that programs of the wanted release do not take. */
  readonly refused: readonly Word[];
  /** Settings that they take, and do not heed, or will not for long. */
  readonly ignored: readonly Word[];
  /** What could not be found out, and why. */
  readonly unknown: readonly Word[];
  /** The release of its own API server; absent where it has none that answers. */
  readonly apiServer?: string;
  /** Deprecated APIs that its API server was asked for since it started. */
  readonly asked: readonly {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly subresource: string;
    /** The minor release that has them no more, "1.37". */
    readonly removed: string;
  }[];
  /** Nodes that the cluster has, as a master knows them. */
  readonly nodes: ReadonlyMap<string, { readonly version: string; readonly ready: boolean }>;
  /** Release of the nodes' kube-proxies. */
  readonly proxies?: string;
  /** Tag of CoreDNS, "v1.14.7". */
  readonly names?: string;
  /** Disruption budgets that let no pod go, NAMESPACE/NAME, and where their pods are. */
  readonly budgets: readonly { readonly name: string; readonly nodes: readonly string[] }[];
  /** Its member of etcd. */
  readonly member?: {
    readonly version: string;
    readonly storage: string;
    readonly bytes: number;
    readonly alarms: readonly string[];
  };
}

/** Reads what a machine printed; undefined where it was cut off, or is something else. */
export function parseTold(text: string): Told | undefined {
  const lines = text.split("\n").map((line) => line.split("\t"));
  if (!lines.some(([kind, ...fields]) => kind === "end" && fields.length === 0)) return undefined;
  const told = (wanted: string) => lines.filter(([kind]) => kind === wanted).map(([, ...fields]) => fields);
  const words = (kind: string) => told(kind).map(([program = "", words = ""]): Word => ({ program, words }));
  const [[apiServer] = [], [proxies] = [], [names] = [], [member] = []] = [
    "api-server",
    "proxies",
    "names",
    "member",
  ].map((kind) => told(kind)[0]);
  const found = member === undefined ? undefined : memberOf(member);
  return {
    refused: words("refused"),
    ignored: words("ignored"),
    unknown: [...words("unknown"), ...(member !== undefined && !found ? [unreadable(member)] : [])],
    ...(apiServer === undefined ? {} : { apiServer }),
    asked: told("asked").map(([group = "", version = "", resource = "", subresource = "", removed = ""]) => ({
      ...{ group, version, resource, subresource, removed },
    })),
    nodes: new Map(
      told("node").map(([name = "", version = "", ready]) => [name, { version, ready: ready === "True" }]),
    ),
    ...(proxies === undefined || proxies === "" ? {} : { proxies }),
    ...(names === undefined || names === "" ? {} : { names }),
    budgets: told("budget").map(([namespace = "", name = "", nodes = ""]) => ({
      name: `${namespace}/${name}`,
      nodes: nodes.split(" ").filter((node) => node !== ""),
    })),
    ...(found ? { member: found } : {}),
  };
}

/**
 * etcdctl endpoint status, as JSON; undefined where it is something else. Numbers that are nobody's to lose: none of them is close to
 * what a double holds.
 */
function memberOf(json: string): Told["member"] {
  const status = statusIn(json);
  if (!status) return undefined;
  const { version = "", storageVersion = "", dbSize = 0, errors = [] } = status;
  return { version, storage: storageVersion, bytes: dbSize, alarms: errors.map((error) => error.trim()) };
}

function statusIn(json: string): Status | undefined {
  try {
    return (JSON.parse(json) as readonly { readonly Status?: Status }[])[0]?.Status;
  } catch {
    return undefined;
  }
}

const unreadable = (text: string): Word => ({
  program: "etcd",
  words: `what etcdctl says of its member cannot be read: ${text.slice(0, 200)}`,
});

interface Status {
  readonly version?: string;
  readonly storageVersion?: string;
  readonly dbSize?: number;
  readonly errors?: readonly string[];
}
