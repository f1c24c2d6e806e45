import { chmodSync, rmSync, statSync } from "node:fs";

import { providersFile } from "../../components/encryption/settings";
import { kubeconfigFor } from "../support/printed";
import type { ScriptFile } from "../../components/script";
import { Host } from "./host";
import { masterScripts } from "./masterHost";
import { allIsCurrent } from "./renewed";

let host: Host;
afterEach(() => host.remove());

const manifests = "etc/kubernetes/manifests";
const kept = "var/lib/keelson/manifests";
const servers = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
const log = "var/log/pods/kube-system_kube-apiserver-m_0/kube-apiserver/0.log";
const short = (script: string) =>
  script.replace(/wait_for (150|120|60|30) /g, "wait_for 1 ").replace("-ge 60 ]", "-ge 0 ]");

/** A master at work, whose servers run on whatever their manifests say; an API server that is told of "bad" does not. */
beforeEach(() => {
  host = new Host("systemctl", "journalctl", "kubectl", "openssl");
  host.stub("hostname", "echo m");
  host.stub(
    "kubeadm",
    `if [ "$3" = control-plane ]; then
      printf '    - %s\\n    - --flag=%s\\n' "kube-$4" "$(cat '${host.path("flag")}')" >"$KUBEADM_INIT_DRYRUN_DIR/kube-$4.yaml"
    elif [ "$1 $2" = 'init --config' ]; then cat >>'${host.path("told")}'
    else cat >/dev/null; fi`,
  );
  host.stub(
    "pgrep",
    `file=$(echo '${host.path(manifests)}/'"\${@: -1}"*.yaml); mkdir -p '${host.path("proc/41")}'
    sed 's/^    - //' "$file" | tr '\\n' '\\0' >'${host.path("proc/41/cmdline")}'; echo 41`,
  );
  host.stub("ps", "echo 0");
  host.stub("curl", `case "$*" in *readyz*) ! grep -q bad '${host.path(manifests)}/kube-apiserver.yaml' ;; esac`);
  host.write("etc/kubernetes/kubelet.conf", "kubelet-client-current.pem\n");
  host.write("var/lib/kubelet/pki/kubelet-client-current.pem", "certificate and key");
  for (const path of ["kubernetes/kubelet-config.yaml", "systemd/system/kubelet.service"]) {
    host.write(`etc/${path}`, "");
  }
  host.write("usr/local/bin/kubelet", "");
  host.write("etc/kubernetes/pki/apiserver-etcd-client.crt", "");
  host.write("var/lib/keelson/master", "");
  for (const server of servers) {
    host.write(`${manifests}/${server}.yaml`, `    - ${server}\n    - --flag=good\n`);
    // As kubeadm leaves them.
    chmodSync(host.path(`${manifests}/${server}.yaml`), 0o600);
  }
  host.write(log, '{"log":"Error: no \\\\\\"bad\\\\\\" flag\\n","stream":"stderr","time":"2026"}\n');
});

interface How {
  readonly configuration?: string;
  readonly files?: readonly ScriptFile[];
  /** Functions that stand for others. */
  readonly more?: string;
}
const master = (flag: string, { configuration = "kind: InitConfiguration\n", files = [], more = "" }: How = {}) => {
  host.write("flag", flag);
  return host.run({
    script: short(Host.script("master/master.sh")),
    uses: [...masterScripts.map((path) => short(Host.script(path))), allIsCurrent, more],
    values: {
      KUBEADM_CONFIG: configuration,
      CERTIFICATE_CONFIG: "",
      CERTIFICATE_NAMES: [],
      AUTHORITY: `admin.conf ${Buffer.from(kubeconfigFor("https://127.0.0.1:6444")).toString("base64")}`,
      COREDNS_IMAGE: "registry.example.com/coredns:v1",
      PROXY: "127.0.0.1:6444",
      ETCD_CA_CRT: "",
      ETCD_ISSUER_CRT: "",
      AUTHORITIES: "1",
      ...{
        ENCRYPTION: "",
        ENCRYPTION_KEYS: "",
        ETCD_ENDPOINTS: [],
        ETCD_PREFIX: "/registry",
        PROVIDERS: providersFile,
      },
      ETCD_CA_KEY: "",
      CRI_SOCKET: "unix:///run/none.sock",
      ENDPOINT: "192.0.2.1:8443",
      KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml",
      FILES_DIRECTORY: "/etc/kubernetes/keelson",
      AUDIT: false,
      FILES: files.map(({ path }) => path),
      IGNORED_CHECKS: "",
      NODE: "m",
      TAINTS: "[]",
      TAKES_PODS: false,
      VIRTUAL_ADDRESS: "",
    },
    files,
  });
};
const runsOn = () => servers.map((server) => /flag=(.*)/.exec(host.read(`${manifests}/${server}.yaml`))?.[1]);

describe("manifests of a master at work", () => {
  test("have their servers told of files that somebody else wrote into, which they may have read", () => {
    const policy = host.path("etc/kubernetes/keelson/audit.yaml");
    const files = [{ path: policy, content: "rules: ours\n" }];
    const told = (more = 'restart_readers() { rm -f "$FOREIGN"; }\n') => {
      const { status } = master("good", { files, more });
      return [status, host.has("var/lib/keelson/foreign-files")];
    };
    expect(told()).toEqual([0, false]);
    host.write("etc/kubernetes/keelson/audit.yaml", "rules: theirs\n");
    // A run that is cut off before they start again leaves that to the next one.
    expect(told("restart_readers() { exit 1; }\n")).toEqual([1, true]);
    expect(host.read("var/lib/keelson/foreign-files")).toBe(`${policy}\n`);
    expect(told("restart_readers() { exit 1; }\n")).toEqual([1, true]);
    expect(told()).toEqual([0, false]);
  });
  test("are those of servers that start again where they read such a file, and of no others", () => {
    const policy = host.path("etc/kubernetes/keelson/audit.yaml");
    host.write(`${manifests}/kube-apiserver.yaml`, `    - --audit-policy-file=${policy}\n`);
    host.write("pid", "99999991");
    host.stub("pgrep", `cat '${host.path("pid")}'`);
    const around = `kill() { echo "kill $*" >>'${host.path("killed")}'; echo 99999992 >'${host.path("pid")}'; }
      is_another() { [ "$(server_process "$1")" != "$2" ]; }
      yield_address() { :; }
      keep_address() { :; }`;
    const uses = ["master/manifests.sh", "master/changes.sh"].map((path) => Host.script(path));
    const values = { MANIFESTS: host.path(manifests), ENDPOINT: "192.0.2.1:8443", FOREIGN: host.path("foreign") };
    host.write("foreign", `${policy}\n`);
    const { stderr } = host.up(`${around}\nrestart_readers`, { uses, values });
    expect(stderr).toBe(`kube-apiserver restarts: it may have read what somebody else had written into ${policy}\n`);
    expect([host.read("killed"), host.has("foreign")]).toEqual(["kill 99999991\n", false]);
  });
  test("that somebody took away, or gave to others to read, are as they were again, though no API answers meanwhile", () => {
    expect(master("good").status).toBe(0);
    const api = host.path(`${manifests}/kube-apiserver.yaml`);
    host.stub("curl", `[ -e '${api}' ]`);
    rmSync(api);
    const { status, stderr } = master("good");
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining("is gone") as string });
    expect(runsOn()).toEqual(["good", "good", "good"]);
    chmodSync(api, 0o644);
    expect(master("good").status).toBe(0);
    expect(statSync(api).mode & 0o777).toBe(0o600);
  });
  test("are told to the cluster when the servers are up on them, and are the good ones from then on", () => {
    expect(master("better")).toMatchObject({ status: 0, stdout: "" });
    expect(runsOn()).toEqual(["better", "better", "better"]);
    expect(host.has("told")).toBe(true);
    expect(host.read(`${kept}/kube-apiserver.yaml`)).toContain("better");
    expect(statSync(host.path(kept)).mode & 0o777).toBe(0o700);
  });
  test("on which a server does not come up are taken back, and nothing is told to the cluster", () => {
    const { status, stderr } = master("bad");
    expect(status).toBe(1);
    expect(stderr).toContain(
      "error: kube-apiserver of m does not come up on its new settings, it is on those before again; the cluster's configuration was not changed." +
        ` What differs: - --flag=good | + --flag=bad. What it said: Error: no \\"bad\\" flag\n`,
    );
    expect(runsOn()).toEqual(["good", "good", "good"]);
    expect(host.has("told")).toBe(false);
    // The old configuration converges.
    expect(master("good")).toMatchObject({ status: 0 });
    expect(host.has("told")).toBe(true);
  });
  test("change one after the other, the API server first, and last where it becomes an older release", () => {
    const order = (from: string, to: string) => {
      for (const server of servers) {
        host.write(
          `${manifests}/${server}.yaml`,
          `    - ${server}\n    - --flag=good\n    image: r/${server}:v${from}\n`,
        );
      }
      const before = host.called().length;
      master("good", { configuration: `kubernetesVersion: v${to}\n` });
      return host
        .called()
        .slice(before)
        .flatMap((call) => /^kubeadm init phase control-plane (\S+)/.exec(call)?.[1] ?? []);
    };
    const inTurn = ["apiserver", "controller-manager", "scheduler"];
    expect(order("1.9.3", "1.10.1")).toEqual(inTurn);
    expect(order("1.10.1", "1.10.1")).toEqual(inTurn);
    expect(order("1.10.1", "1.9.3")).toEqual([...inTurn].reverse());
  });
  test("that a killed run left behind are not taken for good ones", () => {
    master("good");
    host.write(`${manifests}/kube-apiserver.yaml`, "    - kube-apiserver\n    - --flag=bad\n");
    expect(master("bad").status).toBe(1);
    expect(runsOn()).toEqual(["good", "good", "good"]);
  });
  test("that somebody changed by hand are named, written again, and no good ones", () => {
    master("good");
    const noted = host.read("var/lib/keelson/scripts/test/wrote").replaceAll(host.root, "");
    for (const server of servers) expect(noted).toMatch(new RegExp(`^file \\S+ /${manifests}/${server}.yaml$`, "m"));
    host.write(`${manifests}/kube-apiserver.yaml`, "    - kube-apiserver\n    - --flag=theirs\n");
    expect(master("bad").status).toBe(1);
    expect(runsOn()).toEqual(["good", "good", "good"]);
    host.write(`${manifests}/kube-apiserver.yaml`, "    - kube-apiserver\n    - --flag=theirs\n");
    expect(master("good").status).toBe(0);
    expect(runsOn()).toEqual(["good", "good", "good"]);
    expect(host.read("var/lib/keelson/scripts/test/wrote").replaceAll(host.root, "")).toBe(noted);
  });
  test("that differ in no setting are no reason for the kubelet to start a server anew, and none to wait for that", () => {
    master("good");
    host.write(`${manifests}/kube-scheduler.yaml`, "    - kube-scheduler\n    - --flag=good\n# a comment\n");
    host.stub("ps", "echo 100000");
    expect(master("good").status).toBe(0);
    expect(host.read(`${manifests}/kube-scheduler.yaml`)).not.toContain("comment");
    // What its server does not run on is another matter.
    host.stub("pgrep", `printf 'kube\\0--flag=good\\0' >'${host.path("proc/41/cmdline")}'; echo 41`);
    expect(master("better").stderr).toContain("kube-apiserver of m does not come up on its new settings");
  });
  test("that were never well are told with what the server said", () => {
    host.write(`${manifests}/kube-apiserver.yaml`, "    - kube-apiserver\n    - --flag=bad\n");
    expect(master("bad").stderr).toContain(
      'error: kube-apiserver of m does not come up. What it said: Error: no \\"bad\\" flag\n',
    );
  });
  test("are written by init alone where the machine is no master yet", () => {
    host.write("etc/kubernetes/kubelet.conf", "");
    master("good");
    expect(host.called().filter((call) => call.startsWith("kubeadm init phase control-plane"))).toEqual([]);
  });
});

test("the kubeconfig that cannot be taken back is not left on a master", () => {
  host.write("etc/kubernetes/super-admin.conf", "");
  expect(master("good").status).toBe(0);
  expect(host.has("etc/kubernetes/super-admin.conf")).toBe(false);
});
