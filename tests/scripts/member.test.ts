import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.write("etc/kubernetes/admin.conf", "");
});
afterEach(() => host.remove());

const clean = { status: 0, stdout: "", stderr: "" };
const member = (direction: string, { lost = false, change = (script: string) => script } = {}) =>
  host.run(
    { script: change(Host.script("worker/member.sh")), values: { NODE: "w", DRAIN_SECONDS: 120, LOST: lost } },
    direction,
  );

/** How kubectl was called; how often it was asked whether the node is ready while it was drained is a matter of time. */
const called = () =>
  host
    .called()
    .map((call) => call.replace(/^kubectl /, ""))
    .filter((call) => !call.includes("status.conditions"));
const looks = [
  "get node w --request-timeout 10s",
  "get node w --request-timeout 10s -o jsonpath={.spec.unschedulable}",
];
const drains = "drain w --ignore-daemonsets --delete-emptydir-data --force --timeout 120s";
const deletes = "delete node w --ignore-not-found";
const givesUp = "delete pods --all-namespaces --field-selector spec.nodeName=w --force --grace-period=0 --wait=false";
const givenUp = { ...clean, stderr: "the pods of w are given up\n" };
const listsPods =
  "get pods --all-namespaces --field-selector spec.nodeName=w --no-headers " +
  "-o custom-columns=N:.metadata.namespace,P:.metadata.name,O:.metadata.ownerReferences[0].kind";

/** A cluster with the node; what is not said works, and prints nothing. */
const cluster = ({ ready = "True", cordoned = "", drain = ":", pods = "" } = {}) =>
  host.stub(
    "kubectl",
    `case "$*" in
    *status.conditions*) ${ready.startsWith("if ") ? ready : `echo '${ready}'`} ;;
    *spec.unschedulable*) echo '${cordoned}' ;;
    "get pods"*) printf '${pods}' ;;
    drain*) ${drain} ;;
    esac`,
  );

describe("a node that joins", () => {
  test("is awaited until it is ready", () => {
    cluster();
    expect(member("up")).toEqual(clean);
  });
  test("is shown with why it is not ready", () => {
    host.stub("kubectl", "case $1 in get) echo False ;; describe) echo 'Conditions:'; echo '  no network' ;; esac");
    const { status, stderr } = member("up", { change: (script) => script.replace("wait_for 300", "wait_for 1") });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /waiting for the node w to be ready\nConditions:\n {2}no network\nerror: the node w is not ready/,
    );
  });
});

describe("a node that leaves", () => {
  test("is drained before it goes", () => {
    cluster();
    expect(member("down")).toEqual(clean);
    expect(called()).toEqual([...looks, drains, deletes]);
  });
  test("is not drained where the cluster has given it up: nobody would end its pods", () => {
    cluster({ ready: "Unknown" });
    expect(member("down")).toEqual(givenUp);
    expect(called()).toEqual([...looks, givesUp, deletes]);
  });
  test("is drained no longer where the cluster gives it up meanwhile", () => {
    const drained = host.path("drained");
    cluster({
      ready: `if [ -e '${drained}' ]; then echo Unknown; else echo True; fi`,
      drain: `touch '${drained}'; exec sleep 2000`,
    });
    // Whoever waited for the drain to end would wait for longer than any test may take.
    expect(member("down")).toEqual({
      ...clean,
      stderr: "w does not answer any more\nthe pods of w are given up\n",
    });
    expect(called()).toEqual([...looks, drains, givesUp, deletes]);
  });
  test("is deleted at once where its machine is lost, however it looks", () => {
    cluster({ drain: "exit 1" });
    expect(member("down", { lost: true })).toEqual(givenUp);
    expect(called()).toEqual([...looks, givesUp, deletes]);
  });
});

describe("a node that cannot be drained", () => {
  const pods =
    "default web-1 ReplicaSet\\nkube-system kube-proxy DaemonSet\\nkube-system apiserver Node\\ndb pg-0 <none>\\n";
  const message =
    "error: w could not be drained within 120 s, and stays in the cluster. Pods that are still there: default/web-1 db/pg-0. " +
    "Where a PodDisruptionBudget holds them, let them have another replica, or change the budget, and run up again; " +
    "kubernetes.drainTimeout gives them longer\n";

  test("stays, takes pods again, and is told with the pods that hold it", () => {
    cluster({ drain: "exit 1", pods });
    expect(member("down")).toEqual({ ...clean, status: 1, stderr: message });
    expect(called()).toEqual([...looks, drains, "uncordon w", listsPods]);
  });
  test("stays cordoned where it was cordoned by hand", () => {
    cluster({ drain: "exit 1", cordoned: "true", pods });
    expect(member("down")).toEqual({ ...clean, status: 1, stderr: message });
    expect(called()).toEqual([...looks, drains, listsPods]);
  });
});

test("nothing is to do where the node, or the master, is gone", () => {
  host.stub("kubectl", '[ "$1" != get ]');
  expect(member("down")).toEqual(clean);
  expect(called()).toEqual(looks.slice(0, 1));
  host.up(`rm '${host.path("etc/kubernetes/admin.conf")}'`);
  expect(member("down")).toEqual(clean);
  expect(called()).toEqual([]);
});
