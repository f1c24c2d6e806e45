import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundleDirectory } from "../../components/artifacts/cache";
import { composeLook } from "../../components/script/compose";
import { parseTold, type Told } from "../../components/upgrade/told";
import { Host } from "../scripts/host";
import { builtPrograms, guardText, release } from "../scripts/upgradeGuard";

if (builtPrograms === undefined) throw new Error(`kubernetes/${release} is not built: toolchain/setup dev builds it`);
const programs = builtPrograms;
const etcd = join(bundleDirectory(), "bin/etcd");
const [etcdPort, apiPort] = [32479, 36543];

/** A real API server over a real member of etcd, on loopback: what no node has to be there for. */
class Server {
  readonly directory = mkdtempSync(join(tmpdir(), "keelson-api-"));
  private readonly running: ChildProcess[] = [];

  constructor(private readonly programs: string) {}

  async start(): Promise<void> {
    spawnSync("openssl", ["genrsa", "-out", this.path("sa.key"), "2048"]);
    spawnSync("openssl", ["rsa", "-in", this.path("sa.key"), "-pubout", "-out", this.path("sa.pub")]);
    writeFileSync(this.path("tokens"), "a-token,admin,1,system:masters\n");
    const url = `http://127.0.0.1:${etcdPort}`;
    const peer = `http://127.0.0.1:${etcdPort + 1}`;
    this.run(etcd, {
      ...{ "data-dir": this.path("etcd"), "listen-client-urls": url, "advertise-client-urls": url },
      ...{ "listen-peer-urls": peer, "initial-advertise-peer-urls": peer, "initial-cluster": `default=${peer}` },
    });
    this.run(join(this.programs, "kube-apiserver"), {
      ...{ "etcd-servers": url, "secure-port": String(apiPort), "bind-address": "127.0.0.1" },
      ...{ "cert-dir": this.path("certificates"), "token-auth-file": this.path("tokens") },
      ...{ "service-account-issuer": "https://issuer.example", "service-account-key-file": this.path("sa.pub") },
      ...{ "service-account-signing-key-file": this.path("sa.key"), "service-cluster-ip-range": "10.96.0.0/16" },
      ...{ "authorization-mode": "RBAC", "disable-admission-plugins": "ServiceAccount" },
    });
    for (let tries = 0; this.kubectl("get", "--raw", "/readyz") !== "ok"; tries++) {
      if (tries > 120) throw new Error("the API server does not come up");
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  private run(program: string, flags: Readonly<Record<string, string>>): void {
    const words = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    this.running.push(spawn(program, words, { stdio: "ignore" }));
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** The administrator's kubeconfig. */
  kubeconfig(): string {
    const cluster = { server: `https://127.0.0.1:${apiPort}`, "insecure-skip-tls-verify": true };
    return JSON.stringify({
      ...{ apiVersion: "v1", kind: "Config", "current-context": "c" },
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user: { token: "a-token" } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    });
  }

  kubectl(...words: readonly string[]): string {
    writeFileSync(this.path("kubeconfig"), this.kubeconfig());
    const all = ["--kubeconfig", this.path("kubeconfig"), ...words];
    return spawnSync(join(this.programs, "kubectl"), all, { encoding: "utf8" }).stdout.trim();
  }

  /** Makes an object, with a status that a controller would give it. */
  create(object: Readonly<Record<string, unknown>>, status?: Readonly<Record<string, unknown>>): void {
    writeFileSync(this.path("object.json"), JSON.stringify(object));
    const name = this.kubectl("create", "-f", this.path("object.json"), "-o", "name");
    expect(name).not.toBe("");
    if (!status) return;
    const { namespace = "default" } = object["metadata"] as { readonly namespace?: string };
    const patch = ["--subresource", "status", "--type", "merge", "-p", JSON.stringify({ status })];
    expect(this.kubectl("--namespace", namespace, "patch", name, ...patch)).toContain("patched");
  }

  stop(): void {
    for (const child of this.running) child.kill("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }
}

describe("a real API server tells", () => {
  const host = new Host();
  const server = new Server(programs);
  beforeAll(async () => {
    await server.start();
    host.stub("kubectl", `exec '${programs}/kubectl' "$@"`);
    host.stub("docker", "exit 1");
    host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "");
    host.write("etc/kubernetes/admin.conf", server.kubeconfig());
  });
  afterAll(() => {
    server.stop();
    host.remove();
  });

  function look(endpoint = `127.0.0.1:${apiPort}`): Told | undefined {
    const values = { RELEASE: release, RUNTIME: "docker", REPOSITORY: "registry.k8s.io", ENDPOINT: endpoint };
    const none = {
      KUBEADMS: ["/bin/true"],
      KUBELETS: ["/bin/true"],
      KUBEADM_CONFIG: "",
      KUBELET_CONFIG_FILE: "/nonexistent",
      CLIENT_URL: "",
    };
    return parseTold(host.bash(composeLook(guardText, { ...values, ...none })).stdout);
  }

  test("its nodes, and APIs that were asked for", () => {
    const conditions = [
      { type: "MemoryPressure", status: "False" },
      { type: "Ready", status: "True" },
    ];
    server.create({ apiVersion: "v1", kind: "Node", metadata: { name: "m" } }, { conditions });
    server.create({ apiVersion: "v1", kind: "Node", metadata: { name: "w" } });
    server.kubectl("get", "componentstatuses");
    const told = look();
    expect([...(told?.nodes ?? [])].map(([name, { ready }]) => [name, ready])).toEqual([
      ["m", true],
      ["w", false],
    ]);
    expect(told?.apiServer).toBe(release);
    expect(told?.asked).toContainEqual({
      ...{ group: "", version: "v1", resource: "componentstatuses", subresource: "", removed: "" },
    });
  });

  test("budgets that let no pod go, by whatever they select, with the nodes of their pods", () => {
    server.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    for (const [name, nodeName] of [
      ["a", "w"],
      ["b", "v"],
      ["c", "w"],
    ] as const) {
      const metadata = { name, namespace: "shop", labels: { app: "cart", tier: "db" } };
      server.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata,
        spec: { nodeName, containers: [{ name: "c", image: "x" }] },
      });
    }
    const budget = (name: string, selector: unknown, disruptionsAllowed = 0, expectedPods = 3) =>
      server.create(
        {
          ...{ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name, namespace: "shop" } },
          spec: { minAvailable: "100%", selector },
        },
        { disruptionsAllowed, expectedPods, currentHealthy: expectedPods, desiredHealthy: expectedPods },
      );
    budget("all", {});
    budget("labels", { matchLabels: { app: "cart", tier: "db" } });
    const matchExpressions = [
      { key: "app", operator: "In", values: ["cart", "other"] },
      { key: "tier", operator: "NotIn", values: ["web"] },
      { key: "app", operator: "Exists" },
      { key: "gone", operator: "DoesNotExist" },
    ];
    budget("expressions", { matchExpressions, matchLabels: { app: "cart" } });
    budget("lets-one-go", { matchLabels: { app: "cart" } }, 1);
    budget("without-pods", { matchLabels: { app: "none" } }, 0, 0);
    expect(look()?.budgets).toEqual(
      ["all", "expressions", "labels"].map((name) => ({ name: `shop/${name}`, nodes: ["v", "w"] })),
    );
  });

  test("nothing where it does not answer, and that is told", () => {
    const told = look("127.0.0.1:1");
    expect(told?.nodes.size).toBe(0);
    expect(told?.unknown.map(({ program }) => program).at(-1)).toBe("kube-apiserver");
    expect(told?.unknown.at(-1)?.words).toMatch(
      /^the API server at 127\.0\.0\.1:1 does not tell: .*connection.* refused/,
    );
  });
});
