/** What runs of a cluster on local machines, looked at each second, and where releases were together that may not be. */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import { skewViolations, type Client, type Running } from "../../components/plan/skew";
import { here, root } from "./stack";

/** A look a second for half an hour at most; a program is asked once for its release. The look ends when a file is there. */
const watch = `rm -f /run/watched-enough
declare -A known
of() {
  local pid
  pid=$(pgrep -xn "\${1:0:15}") || return 0
  known[$pid]=\${known[$pid]:-$("/proc/$pid/exe" --version 2>/dev/null | sed 's/.*v//')}
  echo "\${known[$pid]}"
}
admin() { kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 2s "$@" 2>/dev/null; }
for ((i = 0; i < 1800; i++)); do
  [ ! -e /run/watched-enough ] || exit 0
  echo "servers kube-apiserver=$(of kube-apiserver) kube-controller-manager=$(of kube-controller-manager) kube-scheduler=$(of kube-scheduler)"
  if [ "$1" = nodes ]; then
    echo "kubelets $(admin get nodes -o 'jsonpath={range .items[*]}{.metadata.name}={.status.nodeInfo.kubeletVersion} {end}' | sed 's/=v/=/g')"
    echo "proxies $(admin get pods -n kube-system -l k8s-app=kube-proxy -o 'jsonpath={range .items[*]}{.spec.nodeName}={.spec.containers[0].image} {end}' | sed -E 's/=[^ ]*:v/=/g')"
  fi
  sleep 1
done`;

type Releases = Readonly<Record<string, string>>;

export class Watch {
  private readonly servers = new Map<string, Releases>();
  private kubelets: Releases = {};
  private proxies: Releases = {};
  private readonly running: ChildProcess[] = [];
  private readonly violations = new Set<string>();
  /** What was seen together, each once, in its order. */
  readonly seen: string[] = [];
  looks = 0;

  /** @param containers The masters' containers, by their names. */
  constructor(private readonly containers: Readonly<Record<string, string>>) {
    Object.entries(containers).forEach(([master, container], at) => this.look(master, container, at === 0));
  }

  private look(master: string, container: string, nodes: boolean): void {
    const args = ["exec", "-i", container, "bash", "-c", watch, "bash", nodes ? "nodes" : ""];
    const child = spawn("docker", args, { stdio: ["ignore", "pipe", "ignore"] });
    let rest = "";
    child.stdout.on("data", (data: Buffer) => {
      const lines = (rest + data.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.note(master, line);
    });
    this.running.push(child);
  }

  private note(master: string, line: string): void {
    const [kind, ...words] = line.trim().split(" ");
    const found = Object.fromEntries(
      words.map((word) => word.split("=")).filter((pair): pair is [string, string] => (pair[1] ?? "") !== ""),
    );
    if (kind === "servers") this.servers.set(master, found);
    // Where the API does not answer, what was known is known.
    else if (Object.keys(found).length > 0) this[kind === "kubelets" ? "kubelets" : "proxies"] = found;
    this.judge();
  }

  private judge(): void {
    this.looks += 1;
    const running = this.now();
    for (const violation of skewViolations(running)) this.violations.add(violation);
    const text = [
      ...[...this.servers].map(([master, servers]) => `${master} ${Object.values(servers).join("/")}`),
      `kubelets ${Object.values(this.kubelets).join(" ")}`,
      `kube-proxies ${Object.values(this.proxies).join(" ")}`,
    ].join("; ");
    if (this.seen.at(-1) !== text) this.seen.push(text);
  }

  private now(): Running {
    const apiServers = Object.fromEntries(
      [...this.servers].flatMap(([master, servers]) => {
        const version = servers["kube-apiserver"];
        return version === undefined ? [] : [[master, version]];
      }),
    );
    const masters = Object.keys(apiServers);
    const own = (on: string) => (on in this.containers ? (masters.includes(on) ? [on] : []) : masters);
    const besides = (["controller manager", "scheduler"] as const).flatMap((kind) =>
      [...this.servers].flatMap(([on, servers]): readonly Client[] => {
        const version = servers[kind === "scheduler" ? "kube-scheduler" : "kube-controller-manager"];
        return version === undefined ? [] : [{ kind, on, version, reaches: own(on) }];
      }),
    );
    const onNodes = (kind: "kubelet" | "kube-proxy", releases: Releases) =>
      Object.entries(releases).map(([on, version]): Client => ({
        kind,
        on,
        version,
        reaches: kind === "kubelet" ? own(on) : masters,
      }));
    return {
      apiServers,
      clients: [...besides, ...onNodes("kubelet", this.kubelets), ...onNodes("kube-proxy", this.proxies)],
    };
  }

  /** Ends the looks, and gives where releases were together that may not be. */
  async end(): Promise<readonly string[]> {
    for (const container of Object.values(this.containers)) {
      spawn("docker", ["exec", container, "touch", "/run/watched-enough"], { stdio: "ignore" });
    }
    await Promise.all(
      this.running.map(async (child) => {
        if (child.exitCode === null) await new Promise((resolve) => child.once("close", resolve));
      }),
    );
    return [...this.violations];
  }
}

/** Has the bundle hold a release besides the default one; where it is not built yet, that takes minutes. */
export function bundled(release: string): void {
  here(join(root, "toolchain", "bundle"), release);
}

/** Longest build of a release, milliseconds. */
export const buildTime = 45 * 60_000;
