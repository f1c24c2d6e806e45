/** A script that ran on a machine, as the machine remembers it. */
export interface Ran {
  readonly name: string;
  /** It began, and has not ended: it failed, was cut off, or is at work now. */
  readonly ended: boolean;
  /** It is at work now. */
  readonly working: boolean;
  /** Digest of the program that ran last. */
  readonly program: string;
  /** Another one for each run. */
  readonly run: string;
  /** What was handed to it as the token of a run that mends; absent where the run was another. */
  readonly mended?: string;
  /** What is not as the script left it. */
  readonly changes: readonly Change[];
}

export interface Change {
  readonly kind: "file" | "program" | "unit" | "kernel" | "package" | "image" | "present" | "rules";
  /** Path of a file, name of what it is, or an image's runtime and name. */
  readonly name: string;
  /** What it is now; "-" where it is gone. */
  readonly now: string;
  readonly before: string;
  /** When it changed, where that can be told; "0" elsewhere. */
  readonly since: string;
}

/** A backup of etcd. */
export interface Backup {
  /** When it was made, seconds since 1970. */
  readonly at: number;
  readonly id: string;
  readonly revision: string;
  /** How many keys Kubernetes had. */
  readonly keys: string;
}

/** A machine whose node is in the cluster, as its node has it. */
export interface Joined {
  readonly name: string;
  readonly role: "master" | "worker";
  readonly address: string;
  /** What it is known by: its host key, or where it is. */
  readonly identity: string;
}

/** What one machine told. */
export interface Answer {
  /** Whose it is, "ID STACK"; "-" where a release made it that named no cluster; absent where it is nobody's. */
  readonly owner?: string;
  readonly scripts: ReadonlyMap<string, Ran>;
  /** Since when deferred restarts wait for their turn; absent where none does. */
  readonly waiting?: string;
  /** Identity of its boot. */
  readonly boot: string;
  /** Its clock, seconds since 1970. */
  readonly clock: number;
  readonly versions: ReadonlyMap<string, string>;
  /** Last days of its certificates by their paths, seconds since 1970. */
  readonly ends: ReadonlyMap<string, number>;
  /** Its member of etcd is part of a quorum; absent where it has none. */
  readonly etcd?: "well" | "unwell";
  /** Names of etcd's members, where it has one of them and that is well. */
  readonly members: readonly string[];
  /** The newest backup of etcd that it knows of; absent where it makes none. */
  readonly backup?: Backup;
  /** When one was verified last, seconds since 1970; 0 where none was. */
  readonly verified: number;
  /** The masters' common address, where it is on this one. */
  readonly holds?: string;
  /** What is wrong with something that it does by itself, in words. */
  readonly faults: readonly string[];
  /** Generations of etcd's restore by the stage that was done there. */
  readonly restored: ReadonlyMap<string, number>;
  /** The API does not answer on it, which is a master. */
  readonly apiSilent: boolean;
  /** Nodes that it, a master, knows of as not ready, by their names, and since when. */
  readonly unready: ReadonlyMap<string, string>;
  /** Names of all nodes that it, a master, knows of; absent where it has no list of them. */
  readonly nodes?: ReadonlySet<string>;
  /** Machines of which it, a master, knows that their nodes joined by this program. */
  readonly joined: readonly Joined[];
  /** nginx was asked, and did not answer. */
  readonly nginxSilent: boolean;
}

/** Reads what a machine printed; undefined where it was cut off, or is something else. */
export function parseAnswer(text: string): Answer | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  if (!lines.includes("end")) return undefined;
  const told = (kind: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
  const words = (kind: string): readonly (readonly string[])[] => told(kind).map((line) => line.split(" "));
  const working = new Set(told("working"));
  const changes = told("changed").map(changeOf);
  const scripts = words("script").map(([name = "", state, program = "", run = "", mended]): [string, Ran] => {
    const own = changes.filter(({ script }) => script === name);
    const ran = { name, ended: state === "done", working: working.has(name), program, run, changes: own };
    return [name, mended === undefined ? ran : { ...ran, mended }];
  });
  const [owner] = told("owner");
  const [etcd] = told("etcd");
  const [waiting] = told("waiting");
  const [backup] = words("backup");
  const [holds] = told("holds");
  return {
    ...(owner === undefined ? {} : { owner }),
    scripts: new Map(scripts),
    ...(waiting === undefined ? {} : { waiting }),
    boot: told("boot")[0] ?? "",
    clock: Number(told("clock")[0]),
    versions: new Map(words("version").map(([program = "", version = ""]) => [program, version])),
    ends: new Map(words("ends").map(([end, path = ""]) => [path, Number(end)])),
    ...(etcd === "well" || etcd === "unwell" ? { etcd } : {}),
    members: told("member"),
    ...(backup ? { backup: backupOf(backup) } : {}),
    ...(holds === undefined ? {} : { holds }),
    verified: Number(told("verified")[0] ?? 0),
    faults: told("fault"),
    restored: new Map(words("restored").map(([stage = "", generation]) => [stage, Number(generation)])),
    apiSilent: lines.includes("api silent"),
    ...nodesOf(words("node")),
    joined: words("joined").map(joinedOf),
    nginxSilent: lines.includes("nginx silent"),
  };
}

/** None where a master has no list of them: where it has an empty one, there is a line without a name. */
function nodesOf(nodes: readonly (readonly string[])[]): Pick<Answer, "unready" | "nodes"> {
  const unready = nodes.filter(([, state]) => state === "unready");
  return {
    unready: new Map(unready.map(([name = "", , since = ""]) => [name, since])),
    ...(nodes.length > 0 ? { nodes: new Set(nodes.map(([name = ""]) => name)) } : {}),
  };
}

function joinedOf([name = "", role, address = "", ...identity]: readonly string[]): Joined {
  return { name, role: role === "master" ? role : "worker", address, identity: identity.join(" ") };
}

function backupOf([at, id = "", revision = "", keys = ""]: readonly string[]): Backup {
  return { at: Number(at), id, revision, keys };
}

function changeOf(line: string): Change & { readonly script: string } {
  const [script = "", kind, now = "", since = "", before = "", ...name] = line.split(" ");
  return { script, kind: kind as Change["kind"], name: name.join(" "), now, before, since };
}
