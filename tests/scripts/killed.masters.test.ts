import type { ScriptFile } from "../../components/script";
import { kubeconfigFor } from "../support/printed";
import { soon, unitOf } from "./etcdUnit";
import { Host, type Result } from "./host";
import { filesBelow, killer } from "./killer";
import { allIsCurrent } from "./renewed";

jest.setTimeout(600_000);
let host: Host;
beforeEach(() => {
  host = new Host();
  for (const name of ["journalctl", "ip", "curl", "openssl", "kubectl"]) host.stub(name);
  host.stub("iptables-save", "exit 1");
  host.write("var/lib/keelson/fit", "");
});
afterEach(() => host.remove());

const install = ["fetch", "install", "versions"].map((name) => `artifacts/${name}.sh`);
const textsOf = (paths: readonly string[]) => paths.map((path) => Host.script(path));
const rollOut = () => host.up("! has_turns || { take_turns; end_turns; }", { name: "rollout" }).status;

/** Kills a script with new settings at each of its steps, and has it run with the old ones, that were there before. */
function killAtEveryStep(run: (setting: string, kill?: number) => Result): number {
  const well = (setting: string, kill?: number) => {
    const { status, stderr } = run(setting, kill);
    if (status === 1) throw new Error(stderr);
    return status;
  };
  expect([well("old"), rollOut()]).toEqual([0, 0]);
  // What a first run leaves to be noted by the next one is nobody's setting.
  expect([well("old"), rollOut()]).toEqual([0, 0]);
  const before = filesBelow(host.root);
  let steps = 0;
  for (let status: number | null = null; status === null; steps++) {
    status = well("new", steps + 1);
    expect([null, 0]).toContain(status);
    expect([well("old"), rollOut()]).toEqual([0, 0]);
    expect({ steps, files: filesBelow(host.root) }).toEqual({ steps, files: before });
  }
  return steps;
}

test("a member of etcd, killed at any step towards new settings, is taken back by the old ones", () => {
  unitOf(
    host,
    `mkdir -p '${host.path("running")}'; cp '${host.path("etc/systemd/system/etcd.service")}' '${host.path("running")}'`,
  );
  host.write("usr/local/bin/etcd", "program");
  for (const name of ["server", "peer", "healthcheck-client"]) host.write(`etc/etcd/pki/etcd/${name}.crt`, name);
  const own = "https://192.0.2.1:2380";
  const uses = [...install, ...["certificates", "membership", "beginning", "turn"].map((name) => `etcd/${name}.sh`)];
  const steps = killAtEveryStep((setting, kill = 0) => {
    const result = host.run({
      script: killer(kill) + soon(Host.script("etcd/etcd.sh")),
      uses: textsOf(uses).map(soon).concat(allIsCurrent),
      values: {
        ...{ PROGRAMS: [], CERTIFICATE_CONFIG: "", CLIENT_PORT: 2379, ETCD_CA_CRT: "", ETCD_CA_KEY: "", PEERS: [] },
        ...{ NAME: "m", PEER_URL: own, FOUNDERS: `m=${own}`, BEGINNING: "/etc/etcd/beginning.env" },
        ...{ DATA_DIR: "/var/lib/etcd", MARK: "/var/lib/keelson/etcd-member" },
      },
      files: [
        { path: "/etc/systemd/system/etcd.service", content: `[Service]\nExecStart=etcd --setting=${setting}\n` },
      ],
    });
    // etcd itself writes this, when it has begun.
    host.write("var/lib/etcd/member/wal", "data");
    return result;
  });
  expect(steps).toBeGreaterThan(8);
});

test("a master, killed at any step towards new settings, is taken back by the old ones", () => {
  const manifests = host.path("etc/kubernetes/manifests");
  const servers = "kube-apiserver kube-controller-manager kube-scheduler";
  host.write("etc/kubernetes/kubelet.conf", "kubelet-client-current.pem\n");
  host.write("etc/kubernetes/pki/apiserver-etcd-client.crt", "");
  for (const file of ["kubernetes/kubelet-config.yaml", "systemd/system/kubelet.service"])
    host.write(`etc/${file}`, "");
  host.write("usr/local/bin/kubelet", "");
  host.write("var/log/none", "");
  host.stub("systemctl", `[ "$1" != is-active ] || exit 0`);
  host.stub(
    "kubeadm",
    `config=$(cat); setting=$(sed -n 's/^setting: //p' <<<"$config")
    case "$*" in "init phase preflight"* | "init phase certs"*) exit 0 ;; esac
    mkdir -p '${manifests}'
    for server in ${servers}; do
      text="    - --name=$server"$'\\n'"    - --setting=$setting"
      [ "$(cat '${manifests}'/$server.yaml 2>/dev/null)" = "$text" ] || printf '%s\\n' "$text" >'${manifests}'/$server.yaml
    done`,
  );
  // The kubelet has seen each manifest, and each server runs on it.
  host.stub(
    "pgrep",
    `number=100
    for server in ${servers}; do
      number=$((number + 1))
      case $server in "\${@: -1}"*)
        [ -e '${manifests}'/$server.yaml ] || exit 1
        mkdir -p '${host.path("proc")}'/$number
        sed 's/^ *- //' '${manifests}'/$server.yaml | tr '\\n' '\\0' >'${host.path("proc")}'/$number/cmdline
        echo $number; exit 0 ;;
      esac
    done
    exit 1`,
  );
  host.stub("ps", "echo 0");
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const audit = "/etc/kubernetes/keelson/audit.yaml";
  const uses = [
    "script/found.sh",
    "kubelet/leave.sh",
    "kubelet/unit.sh",
    "master/manifests.sh",
    "etcd/certificates.sh",
  ];
  const steps = killAtEveryStep((setting, kill = 0) => {
    const files: readonly ScriptFile[] = [{ path: audit, content: `rules: ${setting}\n` }];
    return host.run({
      files,
      script: killer(kill) + soon(Host.script("master/master.sh")),
      uses: textsOf(uses).map(soon).concat(allIsCurrent),
      values: {
        ...{ KUBELET_DEFAULTS: "kind: KubeletConfiguration\n", CERTIFICATE_CONFIG: "", CERTIFICATE_NAMES: [] },
        KUBEADM_CONFIG: `setting: ${setting}\nclusterName: "@CLUSTER_NAME@"\n`,
        AUTHORITY: `ca.crt ${base64("crt\n")}\nca.key ${base64("key\n")}\nadmin.conf ${base64(kubeconfigFor("https://127.0.0.1:6444"))}`,
        ...{ COREDNS_TAG: "v1", PROXY: "127.0.0.1:6444", ETCD_CA_CRT: base64("crt\n"), ETCD_CA_KEY: base64("key\n") },
        ...{ CRI_SOCKET: "unix:///run/none.sock", ENDPOINT: "192.0.2.1:8443", IGNORED_CHECKS: "" },
        ...{ KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml", FILES_DIRECTORY: "/etc/kubernetes/keelson" },
        ...{ FILES: [audit], NODE: "m", TAINTS: "[]", TAKES_PODS: false },
      },
    });
  });
  expect(steps).toBeGreaterThan(8);
});
