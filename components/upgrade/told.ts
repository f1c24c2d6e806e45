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
  return {
    refused: words("refused"),
    ignored: words("ignored"),
    unknown: words("unknown"),
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
    ...(member === undefined ? {} : { member: memberOf(member) }),
  };
}

/** etcdctl endpoint status, as JSON. Numbers that are nobody's to lose: none of them is close to what a double holds. */
function memberOf(json: string): NonNullable<Told["member"]> {
  const [found] = JSON.parse(json) as readonly { readonly Status: Status }[];
  const { version = "", storageVersion = "", dbSize = 0, errors = [] } = found?.Status ?? {};
  return { version, storage: storageVersion, bytes: dbSize, alarms: errors.map((error) => error.trim()) };
}

interface Status {
  readonly version?: string;
  readonly storageVersion?: string;
  readonly dbSize?: number;
  readonly errors?: readonly string[];
}
