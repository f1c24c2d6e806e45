import { rmSync } from "node:fs";

import { Host } from "./host";
import { killAtSteps, killer } from "./killer";

let host: Host;
const certificate = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n${text}\n-----END CERTIFICATE-----\n`;
beforeEach(() => {
  host = new Host();
  host.stub("hostname", "echo m");
  host.stub("curl");
  host.stub("kubeadm", "cat >>'" + host.path("told") + "'");
  for (const name of ["ca", "front-proxy-ca"]) host.write(`etc/kubernetes/pki/${name}.crt`, certificate(name));
  host.write("etc/kubernetes/admin.conf", "current-context: kubernetes-admin@as-it-was-made\n");
});
afterEach(() => host.remove());

/** A cluster with this CoreDNS, whose kube-proxies are others after kubeadm was there, or are not. */
const cluster = (
  tag: string,
  { replaced = false, fails = "", service = true, registry = "registry.example.com" } = {},
) =>
  host.stub(
    "kubectl",
    `case "$*" in
    *"get deployment coredns"*) ${tag === "" ? "exit 1" : `echo ${registry}/coredns:${tag}`} ;;
    *"get service kube-dns"*) ${service ? "" : "exit 1"} ;;
    *"get daemonset kube-proxy"*) if [ -e '${host.path("told")}' ] && ${String(replaced)}; then echo 2; else echo 1; fi ;;
    *"get nodes"*) printf 'node/a\\nnode/b\\n' ;;
    *"rollout status"*) [ -z '${fails}' ] || exit 1 ;;
    esac`,
  );
const configure = (preamble = "") =>
  host.run({
    script: preamble + Host.script("master/configuration.sh").replace("wait_for 60", "wait_for 1"),
    uses: [
      ...["master/api.sh", "master/kubeadm.sh"].map((path) => Host.script(path)),
      "restart_distrustful() { :; }\n",
    ],
    values: {
      KUBEADM_CONFIG: 'clusterName: "@CLUSTER_NAME@"\n',
      KUBELET_DEFAULTS: "kind: KubeletConfiguration\n",
      COREDNS_IMAGE: "registry.example.com/coredns:v1.14.2",
      PROXY: "127.0.0.1:6444",
    },
  });
const orders = () =>
  host
    .called()
    .flatMap(
      (call) =>
        /^kubeadm init phase (.*) --config|(set image .*) --request|(rollout status .*)/
          .exec(call)
          ?.slice(1)
          .find(Boolean) ?? [],
    );
const always = ["upload-config all", "bootstrap-token", "addon kube-proxy"];

test("the cluster is told its configuration by the name that it was made with, and CoreDNS that is right is left alone", () => {
  cluster("v1.14.2");
  expect(configure()).toMatchObject({ status: 0, stdout: "" });
  expect(orders()).toEqual(always);
  expect(host.read("told").startsWith('clusterName: "as-it-was-made"\n---\nkind: KubeletConfiguration\n')).toBe(true);
});

test("an older CoreDNS goes on by kubeadm, which knows the way, and a newer one goes back before kubeadm looks", () => {
  cluster("v1.9.4");
  configure();
  expect(orders()).toEqual([...always, "addon coredns"]);
  cluster("");
  configure();
  expect(orders()).toEqual([...always, "addon coredns"]);
  cluster("v1.14.7");
  configure();
  expect(orders()).toEqual([
    ...always,
    "set image deployment/coredns coredns=registry.example.com/coredns:v1.14.2",
    "addon coredns",
  ]);
});

test("a CoreDNS of the registry before is replaced by the one of this registry, whatever its release", () => {
  cluster("v1.14.2", { registry: "registry.k8s.io/coredns" });
  expect(configure().status).toBe(0);
  expect(orders()).toEqual([...always, "addon coredns"]);
  cluster("v1.14.7", { registry: "registry.k8s.io/coredns" });
  expect(configure().status).toBe(0);
  expect(orders()).toEqual([
    ...always,
    "set image deployment/coredns coredns=registry.example.com/coredns:v1.14.2",
    "addon coredns",
  ]);
});

test("a CoreDNS whose Service is missing, since kubeadm was cut off before it made that or somebody deleted it, gets one", () => {
  cluster("v1.14.2", { service: false });
  expect(configure().status).toBe(0);
  expect(orders()).toEqual([...always, "addon coredns"]);
});

test("kube-proxies that are others are awaited on all nodes, and named where they do not come", () => {
  cluster("v1.14.2", { replaced: true });
  expect(configure().status).toBe(0);
  expect(orders()).toEqual([...always, "rollout status daemonset kube-proxy --timeout 100s"]);
  rmSync(host.path("told"));
  cluster("v1.14.2", { replaced: true, fails: "yes" });
  expect(configure().stderr).toContain("error: kube-proxy is not the new one on all nodes: its pods are above");
});

test("a phase that fails is named with kubeadm's own words, but no token", () => {
  cluster("v1.14.2");
  host.stub(
    "kubeadm",
    `[ "$3" != bootstrap-token ] || { echo "it broke"; echo "token abcdef.0123456789abcdef"; exit 1; }`,
  );
  const { status, stderr } = configure();
  expect(status).toBe(1);
  expect(stderr).toContain("error: kubeadm init phase bootstrap-token failed on m: its output is above");
  expect(stderr).toContain("it broke");
  expect(stderr).not.toContain("0123456789abcdef");
});

test("proxies of the machine are written into nothing, but for a cluster to which an earlier release gave them", () => {
  cluster("v1.14.2");
  host.stub("kubeadm", `cat >/dev/null; echo "\${http_proxy:-none}" >>'${host.path("proxies")}'`);
  const proxies = "proxies=(http_proxy=http://proxy.example.com:3128)\n";
  configure(proxies);
  host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "    env:\n    - name: http_proxy\n");
  configure(proxies);
  expect(host.read("proxies").trim().split("\n")).toEqual([
    ...always.map(() => "none"),
    ...always.map(() => "http://proxy.example.com:3128"),
  ]);
});

test("killed at any step, the next run tells the cluster all of it", () => {
  cluster("v1.14.7");
  const whole = [
    ...always,
    "set image deployment/coredns coredns=registry.example.com/coredns:v1.14.2",
    "addon coredns",
  ];
  const steps = killAtSteps((step) => {
    const { status } = configure(killer(step, "phase", "as_admin"));
    orders();
    expect(configure().status).toBe(0);
    expect({ step, orders: orders() }).toEqual({ step, orders: whole });
    return status;
  });
  expect(steps).toBeGreaterThan(5);
});

describe("whom aggregated API servers trust", () => {
  /** What API servers have told them before, and tell them where that is gone. */
  const told = (names: readonly string[], { again = "cat '" + host.path("etc/kubernetes/pki") + "'/*.crt" } = {}) => {
    host.write("trusted", names.map(certificate).join(""));
    host.stub(
      "kubectl",
      `case "$*" in
      *"get deployment coredns"*) echo registry.example.com/coredns:v1.14.2 ;;
      *"delete configmap extension-apiserver-authentication"*) text=$(${again}); printf '%s\n' "$text" >'${host.path("trusted")}' ;;
      *"get configmap extension-apiserver-authentication"*) cat '${host.path("trusted")}' ;;
      esac`,
    );
  };
  const deletions = () => host.called().filter((call) => call.includes("delete configmap")).length;

  test("are the authorities that there are: what was forgotten is told no more", () => {
    told(["ca", "forgotten", "front-proxy-ca"]);
    const { status, stderr } = configure();
    expect([status, stderr, deletions()]).toEqual([
      0,
      "aggregated API servers are told of these authorities alone\n",
      1,
    ]);
    expect(configure().stderr).toBe("");
    expect(deletions()).toBe(0);
  });
  test("is left alone where nothing was forgotten", () => {
    told(["front-proxy-ca", "ca"]);
    expect([configure().stderr, deletions()]).toEqual(["", 0]);
  });
  test("is not taken for right where the API does not tell", () => {
    host.stub(
      "kubectl",
      `case "$*" in
      *"get deployment coredns"*) echo registry.example.com/coredns:v1.14.2 ;;
      *"get configmap extension-apiserver-authentication"*) exit 1 ;;
      esac`,
    );
    const { status, stderr } = configure();
    expect(status).toBe(1);
    expect(stderr).toContain(
      "error: the API does not tell whom aggregated API servers trust, and it may be an authority that was forgotten: run up again",
    );
  });
  test("is named where a server goes on telling of another", () => {
    told(["ca", "forgotten"], { again: `cat '${host.path("trusted")}'` });
    const { status, stderr } = configure();
    expect(status).toBe(1);
    expect(stderr).toContain("an API server still trusts another authority");
  });
});

test("an API that does not answer is named, and nothing is tried", () => {
  host.stub("curl", "exit 7");
  expect(configure().stderr).toContain("the API does not answer at https://127.0.0.1:6444 on m");
  expect(orders()).toEqual([]);
});
