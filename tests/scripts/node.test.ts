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
      uses: [Host.script("node/lease.sh"), Host.script("node/cordon.sh")],
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
const looks = "get node w --request-timeout 10s --ignore-not-found -o name";
const looksAtCordon =
  "get node w --request-timeout 10s -o jsonpath={.spec.unschedulable} {.metadata.annotations.keelson\\.io/cordoned-for}";
const patched = (mark: string, unschedulable: string) =>
  `patch node w --type merge --request-timeout 10s --patch {"metadata": {"annotations": {"keelson.io/cordoned-for": ${mark}}}, "spec": {"unschedulable": ${unschedulable}}}`;
const cordons = [looksAtCordon, patched('"leaving"', "true")];
const uncordons = patched("null", "null");
const drains = "drain w --ignore-daemonsets --delete-emptydir-data --force --timeout 120s";
const deletes = "delete node w --ignore-not-found";
const givesUp = "delete pods --all-namespaces --field-selector spec.nodeName=w --force --grace-period=0 --wait=false";
const givenUp = { ...clean, stderr: "the pods of w are deleted from the API, for nobody is there to end them\n" };
const listsPods =
  "get pods --all-namespaces --field-selector spec.nodeName=w --no-headers " +
  "-o custom-columns=N:.metadata.namespace,P:.metadata.name,O:.metadata.ownerReferences[0].kind";

/** A cluster with the node; what is not said works, and prints nothing. */
const cluster = ({ ready = "True", cordoned = " ", drain = ":", pods = "", list = "" } = {}) =>
  host.stub(
    "kubectl",
    `case "$*" in
    *status.conditions*) ${ready.startsWith("if ") ? ready : `echo '${ready}'`} ;;
    *"-o name") echo node/w ;;
    *spec.unschedulable*) echo '${cordoned}' ;;
    "get pods"*) ${list || `printf '${pods}'`} ;;
    drain*) ${drain} ;;
    esac`,
  );

test("a node that is to come is known before, and nothing is asked of it", () => {
  host.stub("kubectl");
  expect(member("up")).toEqual(clean);
  expect(called()).toEqual([]);
});

describe("a node that leaves", () => {
  test("is drained before it goes", () => {
    cluster();
    expect(member("down")).toEqual(clean);
    expect(called()).toEqual([looks, listsPods, ...cordons, drains, deletes]);
  });
  const silent =
    "error: node w does not answer, and stays: its pods may still run there, and would run twice (default/web-1). " +
    "Start the machine again, or its kubelet, and run up; or where it is gone for good, put it back into machines with lost: true, and run up\n";
  test("stays where the cluster has given it up and is not told that it is lost: its pods may be at work", () => {
    cluster({ ready: "Unknown", pods: "default web-1 ReplicaSet\\nkube-system kube-proxy DaemonSet\\n" });
    expect(member("down")).toEqual({ ...clean, status: 1, stderr: silent });
    expect(called()).toEqual([looks, listsPods]);
  });
  test("goes where the cluster has given it up, and nothing but its system's pods was ever there", () => {
    cluster({ ready: "Unknown", pods: "kube-system kube-proxy DaemonSet\\n" });
    expect(member("down")).toEqual(clean);
    expect(called()).toEqual([looks, listsPods, deletes]);
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
    expect(called()).toEqual([looks, listsPods, ...cordons, drains, uncordons, listsPods]);
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
    expect(called()).toEqual([looks, listsPods, ...cordons, drains, deletes]);
  });
  const asksLease =
    "get lease w --namespace kube-node-lease --ignore-not-found --request-timeout 3s -o jsonpath={.spec.renewTime} {.spec.leaseDurationSeconds}";
  const keepsOut = "apply --server-side --force-conflicts --field-manager keelson -f -";
  test("is deleted at once where its machine is lost, however it looks, and before its pods, which would come again", () => {
    cluster({ drain: "exit 1" });
    expect(member("down", { lost: "worker" })).toEqual(givenUp);
    expect(called()).toEqual([asksLease, keepsOut, looks, deletes, givesUp]);
    expect(member("down", { lost: "master" })).toEqual(givenUp);
    expect(called()).toEqual([asksLease, keepsOut, looks, deletes, givesUp]);
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
    expect(called()).toEqual([looks, listsPods, ...cordons, drains, uncordons, listsPods]);
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
    cluster({ drain: "exit 1", cordoned: "true ", pods });
    expect(member("down")).toEqual({ ...clean, status: 1, stderr: message });
    expect(called()).toEqual([looks, listsPods, looksAtCordon, drains, listsPods]);
  });
});

test("a drain that was cut off before has left a cordon that is taken off again where this one fails", () => {
  cluster({ drain: "exit 1", cordoned: "true leaving" });
  expect(member("down").status).toBe(1);
  expect(called()).toEqual([looks, listsPods, ...cordons, drains, uncordons, listsPods]);
});

test("nothing is to do where the node, or the master, is gone", () => {
  host.stub("kubectl");
  expect(member("down")).toEqual(clean);
  expect(called()).toEqual([looks]);
  host.up(`rm '${host.path("etc/kubernetes/admin.conf")}'`);
  expect(member("down")).toEqual(clean);
  expect(called()).toEqual([]);
});

test("a node of which the API tells nothing is not taken for gone: its machine stays as it is", () => {
  host.stub("kubectl", "exit 1");
  const { status, stderr } = member("down", { change: (script) => script.replaceAll("wait_for 60", "wait_for 1") });
  expect(status).toBe(1);
  expect(stderr).toContain("error: the API does not tell whether there is a node w, so nothing of it is taken away");
  expect(called().every((call) => call === looks)).toBe(true);
});
