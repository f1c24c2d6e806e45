import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host("systemctl", "journalctl");
  // Two looks are a second apart.
  host.stub("sleep");
  host.write("var/lib/keelson/restarted", "");
});
afterEach(() => host.remove());

const owned = "shop cart-1 <none> ReplicaSet Running u1";
const others = [
  "kube-system proxy-1 <none> DaemonSet Running u2",
  "kube-system api-1 <none> Node Running u3",
  "jobs old <none> Job Succeeded u4",
];
const bare = "default alone <none> <none> Running u5";

/**
 * A node, with the kubelet and the pods that it has, one of which leaves when it is evicted unless a budget holds it, and may leave another
 * one in its place.
 */
function node({
  kubelet = "v1.35.4",
  unschedulable = "",
  annotation = "",
  held = false,
  replacement = "",
  pods = [owned, ...others, bare],
  server = "v1.36.3",
} = {}): void {
  host.write("pods", `${pods.join("\n")}\n`);
  host.write("annotation", annotation);
  host.stub(
    "kubectl",
    `case "$*" in
    *nodeInfo.kubeletVersion*) echo ${kubelet} ;;
    "get --raw /version"*) printf '{\\n  "gitVersion": "${server}",\\n}\\n' ;;
    *spec.unschedulable*) echo '${unschedulable}' ;;
    *metadata.annotations*) cat '${host.path("annotation")}' ;;
    "patch node"*null*) : >'${host.path("annotation")}' ;;
    "patch node"*) echo 1.36.3 >'${host.path("annotation")}' ;;
    "get pods"*custom-columns*) cat '${host.path("pods")}' ;;
    "create --raw"*) cat >'${host.path("eviction")}'
      if ${String(held)}; then echo 'Cannot evict pod as it would violate the pod'"'"'s disruption budget.' >&2; exit 1; fi
      sed -i '/ReplicaSet/${replacement === "" ? "d" : `c ${replacement}`}' '${host.path("pods")}' ;;
    esac`,
  );
}
const uses = [Host.script("node/cordon.sh")];
const drain = (values: Readonly<Record<string, string | number | boolean>> = {}) =>
  host.run({
    script: `${Host.script("node/rollout/drain.sh")}
up() { ! goes_to_another_minor || { follows_servers && drain; }; }
down() { uncordon; }`,
    uses,
    values: { NODE: "w", RELEASE: "1.36.3", DRAIN: true, DRAIN_SECONDS: 0, ...values },
  });
const orders = () => host.called().filter((call) => /^kubectl (patch|create)/.test(call));

test("a node is cordoned and emptied before another minor, and what is at home on it stays", () => {
  node();
  const { status, stderr } = drain({ DRAIN_SECONDS: 5 });
  expect(status).toBe(0);
  expect(orders()).toEqual([
    'kubectl patch node w --type merge --request-timeout 10s --patch {"metadata": {"annotations": {"keelson.io/cordoned-for": "1.36.3"}}, "spec": {"unschedulable": true}}',
    "kubectl create --raw /api/v1/namespaces/shop/pods/cart-1/eviction --request-timeout 10s -f -",
  ]);
  expect(JSON.parse(host.read("eviction"))).toEqual({
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { namespace: "shop", name: "cart-1" },
  });
  expect(stderr).toContain(
    "pods of w without a controller stay on it, for nothing would make them again: default/alone",
  );
});

test.each([
  ["a patch release", { kubelet: "v1.36.1" }, {}],
  ["a stack that wants none", {}, { DRAIN: false }],
])("%s drains no node", (_, state, values) => {
  node(state);
  expect(drain(values).status).toBe(0);
  expect(orders()).toEqual([]);
});

test("a node that a budget holds takes pods again, and the message has the pod and the API's words", () => {
  node({ held: true });
  const { status, stderr } = drain();
  expect(status).toBe(1);
  expect(stderr).toMatch(/error: w could not be drained within 0 s: .* Pods that are still there: shop\/cart-1\./);
  expect(stderr).toContain(
    "What the API said last of shop/cart-1: Cannot evict pod as it would violate the pod's disruption budget.",
  );
  expect(stderr).toContain("kubernetes.upgrade.drain: false leaves pods where they are");
  expect(orders().at(-1)).toContain('"unschedulable": null');
  // Also where a busy machine has used up the time before it begins.
  expect(drain({ DRAIN_SECONDS: -1 }).stderr).toContain("What the API said last of shop/cart-1");
});

test.each(["cart-2", "cart-1"])("a pod that tolerates the cordon comes again, as %s, and stays", (name) => {
  node({ replacement: `shop ${name} <none> ReplicaSet Running u6` });
  expect(drain({ DRAIN_SECONDS: 5 }).status).toBe(0);
  expect(orders().filter((order) => order.includes("/eviction"))).toHaveLength(1);
});

test("a node that somebody else has cordoned stays so", () => {
  node({ unschedulable: "true", pods: others });
  expect(drain().status).toBe(0);
  expect(orders()).toEqual([]);
  host.run({
    script: `${Host.script("node/rollout/drain.sh")}\nup() { uncordon; }\ndown() { :; }`,
    uses,
    values: { NODE: "w" },
  });
  expect(orders()).toEqual([]);
});

test("a node takes pods again when the API answers, and is not taken for another's before", () => {
  node({ annotation: "1.36.3" });
  const asked = host.path("asked");
  const answers = host.read("stubs/kubectl");
  host.write("stubs/kubectl", answers.replace("\ncase", `\n[ -e '${asked}' ] || { touch '${asked}'; exit 1; }\ncase`));
  const script = `${Host.script("node/rollout/drain.sh")}\nup() { uncordon; }\ndown() { :; }`;
  expect(host.run({ script, uses, values: { NODE: "w" } }).status).toBe(0);
  expect(orders()).toEqual([expect.stringContaining('"unschedulable": null')]);
});

test("an API that does not answer empties no node, and is no reason to think it empty", () => {
  node();
  host.stub(
    "kubectl",
    `case "$*" in *nodeInfo*) echo v1.35.4 ;; *version*) echo '"gitVersion": "v1.36.3"' ;; "get pods"*) exit 1 ;; esac`,
  );
  expect(drain().stderr).toContain("w could not be drained within 0 s");
});

test("a kubelet does not go ahead of the API servers, and its node is not touched", () => {
  node({ server: "v1.35.4" });
  const { status, stderr } = drain();
  expect(status).toBe(1);
  expect(stderr).toContain("the kubelet of w would be of 1.36.3, later than the API server, which is of 1.35.4");
  expect(stderr).toContain("run up without --target");
  expect(orders()).toEqual([]);
  node({ server: "" });
  expect(drain().stderr).toContain("the API does not tell its release");
});
test("a kubelet goes back before the API servers do", () => {
  node({ kubelet: "v1.37.2", server: "v1.37.2" });
  expect(drain({ DRAIN_SECONDS: 5 }).status).toBe(0);
});
