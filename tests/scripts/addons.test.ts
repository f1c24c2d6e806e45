import { Host } from "./host";
import { makeAuthority } from "./signing";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.stub("hostname", "echo m");
  for (const name of ["one", "two"]) makeAuthority(host.path("made"), name);
});
afterEach(() => host.remove());

const pem = (...names: readonly string[]) => names.map((name) => host.read(`made/${name}.crt`)).join("");

/** Pods of kube-proxy: NAME NODE and when they were started; they were told of other authorities on the second of February. */
const [old, fresh] = ["old here 2026-01-09T00:00:00Z", "new there 2026-02-02T00:00:09Z"];
const ofDead = "left dead 2026-01-09T00:00:00Z";

/** Starts those again that are to be, where pods are told of these authorities. */
function restart(told: readonly string[], ...pods: readonly string[]) {
  host.write("etc/kubernetes/pki/ca.crt", pem("one", "two"));
  host.write("told", pem(...told));
  host.write("there", "old True\n");
  host.stub(
    "kubectl",
    `case "$*" in
    *managedFields*) echo '2026-01-01T00:00:00Z 2026-01-01T00:00:00Z 2026-02-02T00:00:00Z' ;;
    *kube-root-ca.crt*) cat '${host.path("told")}' ;;
    *"get node dead "*) echo Unknown ;;
    *"get node "*) echo True ;;
    *"get pods"*kube-proxy*startedAt*) printf '%s\\n' ${pods.map((pod) => `'${pod}'`).join(" ")} ;;
    *"get pods"*kube-proxy*) printf '%s\\n' 'left False' 'new True' "$(cat '${host.path("there")}')" ;;
    *"delete pod new "*) ;;
    *delete*--wait=false*) echo 'next True' >'${host.path("there")}' ;;
    # It waits for the kubelet to say that the pod has ended, and that may be for ever.
    *delete*) exit 1 ;;
    esac`,
  );
  return host.up('as_admin() { kubectl "$@"; }\nrestart_distrustful', {
    uses: [
      Host.script("certificates/trust.sh"),
      Host.script("master/addons.sh").replaceAll("wait_for 180", "wait_for 1"),
    ],
    values: { PKI: host.path("etc/kubernetes/pki") },
  });
}
const deleted = () => host.called().filter((call) => /delete/.test(call));
const saying = (words: string) => expect.stringContaining(words) as unknown;

describe("add-ons", () => {
  test("start again, pod after pod, where they began before pods were told of other authorities", () => {
    expect(restart(["one", "two"], old, fresh).status).toBe(0);
    expect(deleted()).toEqual([saying("delete pod old --namespace kube-system")]);
  });

  test("stay on a node that is not ready, and are named when all others are done", () => {
    const { status, stderr } = restart(["one", "two"], ofDead, old);
    expect([status, stderr]).toEqual([1, saying("kube-system/old is restarted")]);
    expect(stderr).toMatch(/error: pods .* for their nodes are not ready: kube-system\/left on dead\. .*`lost: true`/);
    expect(deleted()).toEqual([saying("delete pod old --namespace kube-system")]);
  });

  test("that do not come up again are named", () => {
    expect(restart(["one", "two"], "new there 2026-01-09T00:00:00Z")).toMatchObject({
      status: 1,
      stderr: saying("daemonset kube-system/kube-proxy does not come up after a restart of its pod new"),
    });
  });

  test("are left alone until the controller manager has told pods", () => {
    expect(restart(["one"], old)).toMatchObject({
      status: 1,
      stderr: saying("pods do not get the cluster's authorities"),
    });
    expect(deleted()).toEqual([]);
  });
});
