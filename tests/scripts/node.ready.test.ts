import { clean, Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.write("etc/kubernetes/admin.conf", "");
});
afterEach(() => host.remove());

const called = () => host.called().map((call) => call.replace(/^kubectl /, ""));

describe("a node that joins", () => {
  const short = (script: string) => script.replace(/wait_for (300|120|10) /g, "wait_for 1 ");
  const ready = () =>
    host.run({
      script: short(Host.script("node/ready.sh")),
      uses: [Host.script("network/pods.sh"), Host.script("node/cordon.sh")],
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
      "--namespace kube-flannel delete pods --selector app=flannel --field-selector spec.nodeName=w --wait=false --request-timeout 30s",
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

describe("a node whose drain was cut off, and whose machine stays", () => {
  const patched = (more: string) =>
    `patch node w --type merge --request-timeout 10s --patch {"metadata": {"annotations": {"keelson.io/cordoned-for": null}}${more}}`;
  const stays = (cordoned: boolean, mark: string) => {
    host.stub(
      "kubectl",
      `case "$*" in *status.conditions*) echo True ;; *backend-type*) echo vxlan ;; *cordoned-for*) echo '${mark}' ;; esac`,
    );
    const values = { NODE: "w", CORDONED: cordoned, TAINTED: false };
    const uses = [Host.script("node/cordon.sh")];
    expect(host.run({ script: Host.script("node/ready.sh"), uses, values }).status).toBe(0);
    return called().filter((call) => call.startsWith("patch"));
  };
  test("loses the cordon of that, but not the configuration's", () => {
    expect(stays(false, "leaving")).toEqual([patched(', "spec": {"unschedulable": null}')]);
    expect(stays(true, "leaving")).toEqual([patched("")]);
  });
  test("keeps that of an upgrade, and one that bears no mark", () => {
    expect(stays(false, "1.36.3")).toEqual([]);
    expect(stays(false, "")).toEqual([]);
  });
});
