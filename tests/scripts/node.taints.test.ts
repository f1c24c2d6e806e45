import { parseAllDocuments } from "yaml";

import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host("systemctl", "journalctl")));
afterEach(() => host.remove());

describe("a machine whose node is to keep pods off joins", () => {
  const join = (change = (script: string) => script) =>
    host.run({
      script: change(Host.script("node/join.sh")),
      uses: [Host.script("kubelet/unit.sh")],
      values: {
        ...{ JOIN_CONFIG: "", NODE: "w", IDENTITY: "key-of-w", TAINTS: taints, ENDPOINT: "192.0.2.1:6443" },
        ...{ TOKEN_ID: "abcdef", KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml", IGNORED_CHECKS: "" },
      },
    });
  const taints = '[{"key":"a","effect":"NoExecute"},{"key":"keelson.io/joining","effect":"NoSchedule"}]';
  const settings = "etc/kubernetes/kubelet-config.yaml";
  const dropIn = "run/systemd/system/kubelet.service.d/keelson-joining.conf";
  const joining = "run/keelson/kubelet-joining.yaml";
  const lines = "one: 1\nregisterWithTaints:\n  - key: another\n    effect: NoSchedule\ntwo: [2]\n";
  beforeEach(() => {
    host.write("var/log/x", "");
    host.write("usr/local/bin/kubelet", "");
    host.stub("curl", "echo jws-kubeconfig-abcdef");
    host.write(settings, lines);
    host.write(
      "etc/systemd/system/kubelet.service",
      `[Service]\nExecStart=/usr/local/bin/kubelet --config=${host.path(settings)} --node-ip=192.0.2.2\nRestart=always\n`,
    );
    // What the kubelet reads that kubeadm starts.
    host.stub(
      "kubeadm",
      `cp '${host.path(dropIn)}' '${host.path("unit")}'; cp '${host.path(joining)}' '${host.path("read")}'`,
    );
    host.stub("kubectl");
  });

  test("registers it with its taints, and reads its own settings afterwards", () => {
    expect(join()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(host.read("unit")).toBe(
      `[Service]\nExecStart=\nExecStart=/usr/local/bin/kubelet --config=${host.path(joining)} --node-ip=192.0.2.2\n`,
    );
    expect(host.read("read")).toBe(`one: 1\ntwo: [2]\nregisterWithTaints: ${taints}\n`);
    expect(host.read(settings)).toBe(lines);
    expect([dropIn, "run/systemd/system/kubelet.service.d", joining].filter((path) => host.has(path))).toEqual([]);
    const calls = host.called().filter((call) => /^(systemctl|kube)/.test(call));
    expect(calls.map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual([
      "systemctl daemon-reload",
      "kubeadm join",
      "kubectl --kubeconfig",
      "systemctl daemon-reload",
    ]);
  });
  test("goes on so where its node did not come, and the next run takes it back", () => {
    host.stub("kubectl", "exit 1");
    const short = (script: string) => script.replace(/wait_for 120/g, "wait_for 0");
    const { status, stderr } = join(short);
    expect(status).toBe(1);
    expect(stderr).toContain("w has joined, and makes no node");
    expect(host.has(dropIn)).toBe(true);
    host.write("etc/kubernetes/kubelet.conf", "");
    host.stub("kubectl", "echo 'w key-of-w'");
    expect(join().status).toBe(0);
    expect([host.has(dropIn), host.has(joining)]).toEqual([false, false]);
  });
});

const called = () => host.called().map((call) => call.replace(/^kubectl /, ""));
const ready = (cordoned = false, tainted = false) =>
  host.run({
    script: Host.script("node/ready.sh"),
    uses: [Host.script("network/pods.sh"), Host.script("node/cordon.sh")],
    values: { NODE: "w", CORDONED: cordoned, TAINTED: tainted },
  });

describe("a node that is to take no pods", () => {
  /** A cluster whose ready node has these taints, and whose fields are these managers'. */
  const node = (taints = "", managers = "") => {
    host.stub(
      "kubectl",
      `case "$*" in
        *status.conditions*) echo True ;;
        *backend-type*) echo vxlan ;;
        *spec.taints*) echo '${taints}' ;;
        *managedFields*) echo '${managers}' ;;
        *apply*) cat >'${host.path("applied")}' ;;
        esac`,
    );
  };
  const acts = () => called().filter((call) => /^(apply|taint)/.test(call));
  const applies = "apply --server-side --force-conflicts --field-manager keelson-joining --request-timeout 10s -f -";

  test("has its cordon before the taint goes that it came with", () => {
    node("keelson.io/joining");
    expect(ready(true)).toEqual(clean);
    expect(acts()).toEqual([applies, "taint node w keelson.io/joining-"]);
    expect(parseAllDocuments(host.read("applied")).map((document) => document.toJS() as unknown)).toEqual([
      { apiVersion: "v1", kind: "Node", metadata: { name: "w" }, spec: { unschedulable: true } },
    ]);
  });
  test("is left alone when it was there before: somebody may have let pods in", () => {
    node("another", "keelson-joining");
    expect(ready(true)).toEqual(clean);
    expect(acts()).toEqual([]);
  });
  test("takes them where the configuration wants that by now, and nobody has let them in", () => {
    node("dedicated keelson.io/joining");
    expect(ready()).toEqual(clean);
    expect(acts()).toEqual(["taint node w keelson.io/joining-"]);
    // Its own list of taints takes the place of those that it came with.
    expect(ready(false, true)).toEqual(clean);
    expect(acts()).toEqual([]);
  });
  test("is not taken for one that came otherwise where the API does not tell of its taints", () => {
    for (const cordoned of [true, false]) {
      host.stub(
        "kubectl",
        `case "$*" in *status.conditions*) echo True ;; *backend-type*) echo vxlan ;; *spec.taints*) exit 1 ;; esac`,
      );
      const { status, stderr } = ready(cordoned);
      expect(status).toBe(1);
      expect(stderr).toContain(
        "error: the API does not tell of the taints of w, of which one may keep pods off it for good: run up again",
      );
    }
  });
  test("is asked for by the configuration alone when it is to take some", () => {
    node("", "kubelet keelson-joining pulumi");
    expect(ready()).toEqual(clean);
    expect(acts()).toEqual([applies]);
    expect(parseAllDocuments(host.read("applied"))[0]?.toJS()).toMatchObject({ spec: {} });
    node("", "kubelet pulumi");
    expect(ready()).toEqual(clean);
    expect(acts()).toEqual([]);
  });
});
