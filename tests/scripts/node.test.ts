import { parseAllDocuments } from "yaml";

import { clean, Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.write("etc/kubernetes/admin.conf", "");
});
afterEach(() => host.remove());

const member = (direction: string, { lost = "false", change = (script: string) => script } = {}) =>
  host.run(
    {
      script: change(Host.script("node/node.sh")),
      uses: [Host.script("node/lease.sh")],
      values: { NODE: "w", DRAIN_SECONDS: 120, LOST: lost },
    },
    direction,
  );

/** How kubectl was called; how often it was asked whether the node is ready while it was drained is a matter of time. */
const called = () =>
  host
    .called()
    .map((call) => call.replace(/^kubectl /, ""))
    .filter((call) => !call.includes("status.conditions"));
const looks = [
  "get node w --request-timeout 10s --ignore-not-found -o name",
  "get node w --request-timeout 10s -o jsonpath={.spec.unschedulable}",
];
const drains = "drain w --ignore-daemonsets --delete-emptydir-data --force --timeout 120s";
const deletes = "delete node w --ignore-not-found";
const givesUp = "delete pods --all-namespaces --field-selector spec.nodeName=w --force --grace-period=0 --wait=false";
const givenUp = { ...clean, stderr: "the pods of w are deleted from the API, for nobody is there to end them\n" };
const listsPods =
  "get pods --all-namespaces --field-selector spec.nodeName=w --no-headers " +
  "-o custom-columns=N:.metadata.namespace,P:.metadata.name,O:.metadata.ownerReferences[0].kind";

/** A cluster with the node; what is not said works, and prints nothing. */
const cluster = ({ ready = "True", cordoned = "", drain = ":", pods = "", list = `printf '${pods}'` } = {}) =>
  host.stub(
    "kubectl",
    `case "$*" in
    *status.conditions*) ${ready.startsWith("if ") ? ready : `echo '${ready}'`} ;;
    *"-o name") echo node/w ;;
    *spec.unschedulable*) echo '${cordoned}' ;;
    "get pods"*) ${list} ;;
    drain*) ${drain} ;;
    esac`,
  );

test("a node that is to come is known before, and nothing is asked of it", () => {
  host.stub("kubectl");
  expect(member("up")).toEqual(clean);
  expect(called()).toEqual([]);
});

describe("a node that joins", () => {
  const short = (script: string) => script.replace(/wait_for (300|120|10) /g, "wait_for 1 ");
  const ready = () =>
    host.run({
      script: short(Host.script("node/ready.sh")),
      uses: [Host.script("network/pods.sh")],
      values: { NODE: "w", CORDONED: false, TAINTED: false },
    });
  /** A cluster whose node says of flannel what lies in a file, which flannel writes when it is started again. */
  const flannel = (starts = true) =>
    host.stub(
      "kubectl",
      `case "$*" in
      *status.conditions*) echo True ;;
      *backend-type*) cat '${host.path("flannel")}' 2>/dev/null ;;
      *creationTimestamp*) echo 2026-01-02T00:00:00Z ;;
      *"delete pods --selector app=flannel"*) ${starts ? `echo vxlan >'${host.path("flannel")}'` : ":"} ;;
      *custom-columns=N*) printf '%s\\n' 'a old ReplicaSet <none> 2026-01-01T00:00:00Z' 'a bare <none> <none> 2026-01-01T00:00:00Z' \
        'a new ReplicaSet <none> 2026-01-02T00:00:01Z' 'a host DaemonSet true 2026-01-01T00:00:00Z' ;;
      esac`,
    );

  test("is awaited until it is ready, and in the pods' network", () => {
    flannel();
    host.write("flannel", "vxlan");
    expect(ready()).toEqual(clean);
  });
  test("is shown with why it is not ready, and with the system's pods that are not", () => {
    host.stub(
      "kubectl",
      `case "$*" in
      *"-o name") echo node/w ;;
      describe*) echo 'Conditions:'; echo '  no network' ;;
      *"kube-system get pods --field-selector spec.nodeName=w"*)
        printf 'True\\tkube-system\\tdns\\tw\\t \\nFalse\\tkube-system\\tproxy\\tw\\tContainerCreating \\n' ;;
      *"get events --field-selector involvedObject.name=proxy,type=Warning"*) echo 'Failed to create pod sandbox: no space left' ;;
      esac`,
    );
    const { status, stderr } = ready();
    expect(status).toBe(1);
    expect(stderr).toMatch(/waiting for the node w to be ready\nConditions:\n {2}no network\nkube-system/);
    expect(stderr).toContain(
      "kube-system/proxy on w is not ready: ContainerCreating; Failed to create pod sandbox: no space left\n" +
        "error: the node w is not ready",
    );
  });
  test("and that somebody deleted, is told with the way to make it again, where the API says so", () => {
    host.stub("kubectl");
    expect(ready().stderr).toMatch(/error: w has joined, .* restart kubelet\.service on w makes it again/);
    host.stub("kubectl", "exit 1");
    expect(ready().stderr).toContain("error: the node w is not ready");
  });
  test("and was rebuilt under a flannel that went on, has it started again, and pods that nobody reaches made again", () => {
    flannel();
    const { status, stderr } = ready();
    expect(status).toBe(0);
    expect(stderr).toContain("the pod a/bare on w has an address that is no longer reached");
    expect(called().filter((call) => call.includes("delete"))).toEqual([
      "--namespace kube-flannel delete pods --selector app=flannel --field-selector spec.nodeName=w --request-timeout 30s",
      "--namespace a delete pod old --wait=false --request-timeout 10s",
    ]);
  });
  test("and whose pods from before the API does not list, has nothing restarted: the next run finds the same", () => {
    for (const silent of ["creationTimestamp", "custom-columns=N"]) {
      host.stub(
        "kubectl",
        `case "$*" in *status.conditions*) echo True ;; *backend-type*) ;; *${silent}*) exit 1 ;; *creationTimestamp*) echo 2026-01-02T00:00:00Z ;; esac`,
      );
      expect(ready().status).toBe(1);
      expect(called().filter((call) => call.includes("delete"))).toEqual([]);
    }
  });
  test("and whose flannel does not start again, is told", () => {
    flannel(false);
    expect(ready()).toMatchObject({ status: 1 });
    expect(ready().stderr).toContain(
      "error: no other node has a route to the pods of w: flannel does not start there\n",
    );
  });
});

describe("a node that leaves", () => {
  test("is drained before it goes", () => {
    cluster();
    expect(member("down")).toEqual(clean);
    expect(called()).toEqual([...looks, listsPods, drains, deletes]);
  });
  const silent =
    "error: node w does not answer, and stays: its pods may still run there, and would run twice (default/web-1). " +
    "Start the machine again, or its kubelet, and run up; or where it is gone for good, put it back into machines with lost: true, and run up\n";
  test("stays where the cluster has given it up and is not told that it is lost: its pods may be at work", () => {
    cluster({ ready: "Unknown", pods: "default web-1 ReplicaSet\\nkube-system kube-proxy DaemonSet\\n" });
    expect(member("down")).toEqual({ ...clean, status: 1, stderr: silent });
    expect(called()).toEqual([...looks, listsPods]);
  });
  test("goes where the cluster has given it up, and nothing but its system's pods was ever there", () => {
    cluster({ ready: "Unknown", pods: "kube-system kube-proxy DaemonSet\\n" });
    expect(member("down")).toEqual(clean);
    expect(called()).toEqual([...looks, listsPods, deletes]);
  });
  test("is drained no longer where the cluster gives it up meanwhile, and takes pods again when it is back", () => {
    const drained = host.path("drained");
    cluster({
      ready: `if [ -e '${drained}' ]; then echo Unknown; else echo True; fi`,
      drain: `touch '${drained}'; exec sleep 2000`,
      pods: "default web-1 ReplicaSet\\n",
    });
    // Whoever waited for the drain to end would wait for longer than any test may take.
    expect(member("down")).toEqual({ ...clean, status: 1, stderr: silent });
    expect(called()).toEqual([...looks, listsPods, drains, "uncordon w", listsPods]);
  });
  test("stays where the cluster gives it up meanwhile and the API does not list its pods: no answer is not that there are none", () => {
    const drained = host.path("drained");
    cluster({
      ready: `if [ -e '${drained}' ]; then echo Unknown; else echo True; fi`,
      drain: `touch '${drained}'; exec sleep 2000`,
      list: `[ ! -e '${drained}' ]`,
    });
    const { status, stderr } = member("down");
    expect(status).toBe(1);
    expect(stderr).toBe(
      "error: node w does not answer, and the API does not list its pods, which may still run there: the node stays. Run up again when the API answers\n",
    );
    expect(called()).not.toContain(deletes);
  });
  test("has its pods named that nothing makes again, before they are deleted", () => {
    cluster({ pods: "default web-1 ReplicaSet\\ndefault nginx-test <none>\\nkube-system api Node\\n" });
    expect(member("down")).toEqual({
      ...clean,
      stderr:
        "these pods of w have no controller that makes them again, and are deleted for good: default/nginx-test\n",
    });
    expect(called()).toEqual([...looks, listsPods, drains, deletes]);
  });
  const asksLease =
    "get lease w --namespace kube-node-lease --ignore-not-found --request-timeout 3s -o jsonpath={.spec.renewTime} {.spec.leaseDurationSeconds}";
  const keepsOut = "apply --server-side --force-conflicts --field-manager keelson -f -";
  test("is deleted at once where its machine is lost, however it looks, and before its pods, which would come again", () => {
    cluster({ drain: "exit 1" });
    expect(member("down", { lost: "worker" })).toEqual(givenUp);
    expect(called()).toEqual([asksLease, keepsOut, looks[0], deletes, givesUp]);
    expect(member("down", { lost: "master" })).toEqual(givenUp);
    expect(called()).toEqual([asksLease, keepsOut, looks[0], deletes, givesUp]);
  });
  test("is not made again by a machine that was lost and boots, also where it is gone already", () => {
    host.stub("kubectl", `case $1 in apply) cat >'${host.path("applied")}' ;; esac`);
    expect(member("down", { lost: "worker" })).toEqual(clean);
    const [policy, binding] = parseAllDocuments(host.read("applied")).map((one) => one.toJS() as unknown);
    expect(policy).toMatchObject({
      metadata: { name: "keelson-lost-w" },
      spec: {
        matchConditions: [{ expression: "object.metadata.name == 'w'" }],
        validations: [{ expression: "false" }],
      },
    });
    expect(binding).toMatchObject({ spec: { policyName: "keelson-lost-w", validationActions: ["Deny"] } });
  });
});

describe("a node that cannot be drained", () => {
  const pods =
    "default web-1 ReplicaSet\\nkube-system kube-proxy DaemonSet\\nkube-system apiserver Node\\ndb pg-0 <none>\\n";
  const message =
    "these pods of w have no controller that makes them again, and are deleted for good: db/pg-0\n" +
    "error: w could not be drained within 120 s, and stays in the cluster. Pods that are still there: default/web-1 db/pg-0. " +
    "Where a PodDisruptionBudget holds them, let them have another replica, or change the budget, and run up again; " +
    "kubernetes.drainTimeout gives them longer\n";

  test("stays, takes pods again, and is told with the pods that hold it", () => {
    cluster({ drain: "exit 1", pods });
    expect(member("down")).toEqual({ ...clean, status: 1, stderr: message });
    expect(called()).toEqual([...looks, listsPods, drains, "uncordon w", listsPods]);
  });
  test("is told also where the API does not list what holds it", () => {
    const drained = host.path("drained");
    cluster({ drain: `touch '${drained}'; exit 1`, list: `[ ! -e '${drained}' ]` });
    const { status, stderr } = member("down");
    expect(status).toBe(1);
    expect(stderr).toContain(
      "could not be drained within 120 s, and stays in the cluster. Pods that are still there: not known. ",
    );
  });
  test("stays cordoned where it was cordoned by hand", () => {
    cluster({ drain: "exit 1", cordoned: "true", pods });
    expect(member("down")).toEqual({ ...clean, status: 1, stderr: message });
    expect(called()).toEqual([...looks, listsPods, drains, listsPods]);
  });
});

test("nothing is to do where the node, or the master, is gone", () => {
  host.stub("kubectl");
  expect(member("down")).toEqual(clean);
  expect(called()).toEqual(looks.slice(0, 1));
  host.up(`rm '${host.path("etc/kubernetes/admin.conf")}'`);
  expect(member("down")).toEqual(clean);
  expect(called()).toEqual([]);
});

test("a node of which the API tells nothing is not taken for gone: its machine stays as it is", () => {
  host.stub("kubectl", "exit 1");
  const { status, stderr } = member("down", { change: (script) => script.replace("wait_for 60", "wait_for 1") });
  expect(status).toBe(1);
  expect(stderr).toContain("error: the API does not tell whether there is a node w, so nothing of it is taken away");
  expect(called().every((call) => call === looks[0])).toBe(true);
});
