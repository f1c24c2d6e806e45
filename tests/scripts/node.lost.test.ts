import { composeLook } from "../../components/script/compose";
import { clean, Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.write("etc/kubernetes/admin.conf", "");
  host.stub("sleep");
});
afterEach(() => host.remove());

const lease = Host.script("node/lease.sh");
const lost = () =>
  host.run(
    {
      script: Host.script("node/node.sh").replaceAll("wait_for 60", "wait_for 1"),
      uses: [lease, Host.script("node/cordon.sh")],
      values: { NODE: "w", DRAIN_SECONDS: 120, LOST: "worker" },
    },
    "down",
  );
const atWork = (...nodes: readonly string[]) =>
  host.bash(composeLook([lease, Host.script("node/atWork.sh")].join("\n"), { NODES: nodes }));
const asksLease =
  "kubectl get lease w --namespace kube-node-lease --ignore-not-found --request-timeout 3s -o jsonpath={.spec.renewTime} {.spec.leaseDurationSeconds}";
/** A cluster in which w has renewed its lease at that time, whenever it is asked, and x never has. */
const renewed = (times: string) =>
  host.stub("kubectl", `case "$*" in "get lease w "*) echo "$(date -u -d "${times}" +%FT%T.%6NZ) 8" ;; esac`);
/** One in which it has not done so since. */
const renewedLast = (seconds: number) => {
  const last = new Date(Date.now() - seconds * 1000).toISOString();
  host.stub("kubectl", `case "$*" in "get lease w "*) echo '${last} 8' ;; esac`);
};

describe("a machine that is marked as lost", () => {
  test("and whose lease is renewed, stays: its pods would run twice", () => {
    renewed("10 seconds ago");
    expect(lost()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^error: node w was marked as lost, and its kubelet has renewed its lease/,
      ) as string,
    });
    expect(host.called().some((call) => /apply|delete/.test(call))).toBe(false);
  });
  test("and of whose lease the API tells nothing, stays: that is not that nobody renews it", () => {
    host.stub("kubectl", `case "$*" in "get lease w "*) exit 1 ;; *"-o name") echo node/w ;; esac`);
    const { status, stderr } = lost();
    expect(status).toBe(1);
    expect(stderr).toContain("error: the API does not tell whether the kubelet of w is at work, so its node stays");
    expect(host.called().some((call) => /apply|delete/.test(call))).toBe(false);
  });
  test("and that never had a lease, goes", () => {
    host.stub("kubectl");
    expect(lost().status).toBe(0);
  });
  test("goes where that is the same all the while, or of a minute ago", () => {
    renewedLast(1);
    expect(lost().status).toBe(0);
    renewed("1 minute ago");
    host.called();
    expect(lost().status).toBe(0);
    expect(host.called().filter((call) => call === asksLease)).toHaveLength(1);
  });
});

describe("a master that is asked before anything is changed", () => {
  test("tells which nodes' kubelets renew their leases", () => {
    renewed("10 seconds ago");
    expect(atWork("x", "w")).toEqual({ ...clean, stdout: "at-work w\n" });
  });
  test("tells of none that renews it no more, that the API does not tell of, or where it is no master yet", () => {
    renewedLast(1);
    expect(atWork("x", "w")).toEqual(clean);
    host.stub("kubectl", "exit 1");
    expect(atWork("w")).toEqual(clean);
    host.up(`rm '${host.path("etc/kubernetes/admin.conf")}'`);
    host.called();
    expect(atWork("w")).toEqual(clean);
    expect(host.called()).toEqual([]);
  });
});
