import { providersFile } from "../../components/encryption/settings";
import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host("kubectl", "curl", "etcdctl");
  host.stub("hostname", "echo m1");
  host.stub("systemctl", `[ "$1" != is-active ]`);
  host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "the API server\n");
});
afterEach(() => host.remove());

const resume = (nodes: readonly string[], before = "") => {
  const uses = ["etcd/ask", "etcd/snapshot", "backup/repository", "encryption/providers"];
  const values = {
    ...{ STAGE: "resume", GENERATION: 1, WANTED: "latest", CHOSEN: "", OVER: false, NAME: "m1", CLUSTER: "test" },
    ...{ RESTIC_OPTIONS: [], DATA_DIR: "/var/lib/etcd", PEER_URL: "", INITIAL_CLUSTER: "", NODES: nodes },
    ...{ ENCRYPTION: "0", ENCRYPTION_KEYS: "", PROVIDERS: providersFile, ETCD_ENDPOINTS: [], ETCD_PREFIX: "/registry" },
  };
  return host.run({
    script: before + Host.script("backup/restore.sh"),
    uses: uses.map((path) => Host.script(`${path}.sh`)),
    values,
  });
};
const deletions = () => host.called().filter((call) => call.includes(" delete "));

test("what kept a machine out as lost in the time of the backup is deleted, by the master that knows the machines", () => {
  expect(resume(["m1", "w3"])).toMatchObject({ status: 0, stdout: "" });
  expect(deletions()).toEqual([
    expect.stringMatching(
      / delete validatingadmissionpolicybinding,validatingadmissionpolicy keelson-lost-m1 keelson-lost-w3 --ignore-not-found$/,
    ),
  ]);
  // It is done for this generation: what is lost since is kept out.
  expect(resume(["m1", "w3"])).toMatchObject({ status: 0 });
  expect(deletions()).toEqual([]);
});

test("a node that no machine stands behind loses the mark of its machine, and is named", () => {
  host.stub("kubectl", `case "$*" in *"get nodes"*) printf 'node/m1\nnode/gone\n' ;; esac`);
  const { status, stderr } = resume(["m1"]);
  expect([status, stderr]).toEqual([0, expect.stringContaining("kubectl delete node/gone removes it")]);
  expect(host.called().filter((call) => call.includes(" annotate "))).toEqual([
    expect.stringMatching(/ annotate node\/gone keelson\.io\/machine-$/),
  ]);
});

test("a machine that is no master leaves that to them", () => {
  expect(resume([])).toMatchObject({ status: 0 });
  expect(deletions()).toEqual([]);
});

describe("a backup of an etcd that was full", () => {
  const alarm = (name: string) =>
    host.stub(
      "etcdctl",
      `echo "https://192.0.2.1:2379 is unhealthy: failed to commit proposal: Active Alarm(s): ${name}" >&2\nexit 1`,
    );
  beforeEach(() => {
    host.write("etc/systemd/system/etcd.service", "--advertise-client-urls=https://192.0.2.1:2379\n");
    host.up('mkdir -p "$STATE/restore"; mv /etc/kubernetes/manifests/kube-apiserver.yaml "$STATE/restore/"');
  });

  test("is one that etcd serves: the API comes back, and says what is to be done", () => {
    alarm("NOSPACE");
    const { status, stderr } = resume(["m1"]);
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining('(alarm NOSPACE), and takes no writes: see "When etcd'),
    ]);
    expect(host.read("etc/kubernetes/manifests/kube-apiserver.yaml")).toBe("the API server\n");
  });
  test("and whose data are damaged is none", () => {
    alarm("NOSPACE CORRUPT");
    const { status, stderr } = resume(["m1"], 'wait_for() { "${@:3}"; }\n');
    expect([status, stderr]).toEqual([1, expect.stringContaining("etcd does not start on m1 with the restored data")]);
  });
});

test("an API that does not do so ends the run, before any kubelet is to register its node", () => {
  host.stub("kubectl", 'case "$*" in *" delete "*) exit 1 ;; esac');
  const { status, stderr } = resume(["w3"], 'wait_for() { "${@:3}"; }\n');
  expect(status).toBe(1);
  expect(stderr).toContain("does not delete the ValidatingAdmissionPolicies keelson-lost-*");
});
