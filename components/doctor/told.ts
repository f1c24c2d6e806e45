/** A machine that was examined, in its own words; besides what it told the survey. */
export interface Told {
  /** Units of systemd that are not at work. */
  readonly units: readonly { readonly unit: string; readonly state: string; readonly said: string }[];
  readonly disks: readonly {
    readonly mount: string;
    /** In percent. */
    readonly bytes: number;
    readonly inodes: number;
    /** As people write it, "12G". */
    readonly left: string;
  }[];
  /** Certificates of the kubelet, which renews them itself; seconds since 1970. */
  readonly leaves: readonly { readonly path: string; readonly begins: number; readonly ends: number }[];
  /** Ways to the API that it tried. */
  readonly ways: readonly { readonly way: string; readonly url: string; readonly answer: string }[];
  /** API server, controller manager and scheduler of a master. */
  readonly servers: readonly {
    readonly server: string;
    readonly well: boolean;
    readonly words: string;
    readonly said: string;
  }[];
  /** Its member of etcd; absent where it has none. */
  readonly member?: Member | { readonly silent: string; readonly said: string };
  /** Members that its own one knows of. */
  readonly members: readonly MemberEntry[];
  /** Whether it asked from inside a pod; absent where it is no node. */
  readonly from?: "pod" | "host";
  /** Whether a name of the cluster resolved; "ok", or what came instead. */
  readonly name?: string;
  /** Other nodes' pods that it asked for an echo; "ok", or what came instead. */
  readonly reached: readonly { readonly node: string; readonly size: "small" | "full"; readonly answer: string }[];
  /** MTU of pods' packets. */
  readonly mtu?: number;
  /** Its clock when it was done, seconds since 1970. */
  readonly now: number;
}

/** What `etcdctl endpoint status` says of one member. Source: etcd, etcdctl/ctlv3/command/ep_command.go. */
export interface Member {
  readonly id: string;
  readonly version: string;
  readonly leader: string;
  readonly bytes: number;
  readonly quota?: number;
  /** Alarms, and what else it complains of. */
  readonly errors: readonly string[];
  readonly learner: boolean;
}

export interface MemberEntry {
  readonly id: string;
  /** "" where it has not started yet. */
  readonly name: string;
  readonly urls: readonly string[];
  readonly learner: boolean;
}

/** Reads what a machine printed; undefined where it was cut off, or is something else. */
export function parseTold(text: string): Told | undefined {
  const lines = text.split("\n").map((line) => line.trimEnd().split("\t"));
  if (!lines.some(([kind, ...fields]) => kind === "examined" && fields.length === 0)) return undefined;
  const told = (wanted: string) => lines.filter(([kind]) => kind === wanted).map(([, ...fields]) => fields);
  const [[status] = [], [list] = [], [from, mtu] = [], [name] = [], [now] = []] = [
    ...["member", "members", "from", "name", "now"].map((kind) => told(kind)[0]),
  ];
  const [silent] = told("etcd-silent");
  const member = status === undefined ? silent && { silent: silent[0] ?? "", said: silent[1] ?? "" } : memberOf(status);
  return {
    units: told("unit").map(([unit = "", state = "", said = ""]) => ({ unit, state, said })),
    disks: told("disk").map(([mount = "", bytes, inodes, left = ""]) => {
      return { mount, bytes: Number(bytes), inodes: Number(inodes), left };
    }),
    leaves: told("leaf").map(([path = "", begins, ends]) => ({ path, begins: Number(begins), ends: Number(ends) })),
    ways: told("way").map(([way = "", url = "", answer = ""]) => ({ way, url, answer })),
    servers: told("server").map(([server = "", state, words = "", said = ""]) => {
      return { server, well: state === "well", words, said };
    }),
    ...(member ? { member } : {}),
    members: list === undefined ? [] : membersOf(list),
    ...(from === undefined ? {} : { from: from === "pod" ? "pod" : "host" }),
    ...(name === undefined ? {} : { name }),
    reached: told("reach").map(([node = "", size, answer = ""]) => {
      return { node, size: size === "full" ? "full" : "small", answer };
    }),
    ...(mtu ? { mtu: Number(mtu) } : {}),
    now: Number(now),
  };
}

/** As etcdctl prints it: numbers may have more digits than JavaScript keeps, so identities are taken as text. */
interface Status {
  readonly Status: {
    readonly header: { readonly member_id: string };
    readonly version?: string;
    readonly dbSize?: number;
    readonly dbSizeQuota?: number;
    readonly leader?: string;
    readonly errors?: readonly string[];
    readonly isLearner?: boolean;
  };
}

function memberOf(json: string): Told["member"] {
  try {
    const [entry] = parse(json) as readonly Status[];
    if (!entry) return { silent: json.slice(0, 200), said: "" };
    const { header, version = "", dbSize = 0, dbSizeQuota, leader = "0", errors = [], isLearner } = entry.Status;
    return {
      ...{ id: header.member_id, version, leader, bytes: dbSize, errors, learner: isLearner ?? false },
      ...(dbSizeQuota === undefined ? {} : { quota: dbSizeQuota }),
    };
  } catch {
    return { silent: json.slice(0, 200), said: "" };
  }
}

function membersOf(json: string): readonly MemberEntry[] {
  try {
    const { members } = parse(json) as {
      readonly members: readonly {
        readonly ID: string;
        readonly name?: string;
        readonly peerURLs: readonly string[];
        readonly isLearner?: boolean;
      }[];
    };
    return members.map(({ ID, name = "", peerURLs, isLearner = false }) => {
      return { id: ID, name, urls: peerURLs, learner: isLearner };
    });
  } catch {
    return [];
  }
}

function parse(json: string): unknown {
  return JSON.parse(json.replace(/"(member_id|leader|ID)":(\d+)/g, '"$1":"$2"'));
}
