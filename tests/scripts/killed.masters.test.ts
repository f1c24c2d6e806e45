import { kubeconfigFor } from "../support/printed";
import { firstKey } from "./encryptionStages";
import { memberScripts, soon, unitOf } from "./etcdUnit";
import { Host, type Result } from "./host";
import { filesBelow, killAtSteps, killer } from "./killer";
import { masterScripts } from "./masterHost";
import { allIsCurrent } from "./renewed";
import { runServers, servers } from "./servers";

jest.setTimeout(600_000);
let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

/** What a machine has before either of them comes. */
function equip(): void {
  for (const name of ["journalctl", "ip", "curl", "openssl", "kubectl"]) host.stub(name);
  host.stub("iptables-save", "exit 1");
  host.write("var/lib/keelson/fit", "");
}

const rollOut = () => host.up("! has_turns || { take_turns; end_turns; }", { name: "rollout" }).status;

/** Runs a script with a setting, and may kill it at a step. */
type Run = (setting: string, kill?: number, direction?: "up" | "down") => Result;

function well(...[run, ...how]: readonly [Run, ...Parameters<Run>]): number | null {
  const { status, stderr } = run(...how);
  if (status === 1) throw new Error(stderr);
  return status;
}

/** As on any machine: what names the directory that stands for it, or is a digest of its paths, is told of none. */
const files = () =>
  Object.fromEntries(
    Object.entries(filesBelow(host.root)).map(([path, text]) => [
      path.replace(host.root.slice(1), ""),
      text.replaceAll(host.root, "").replace(/^[\da-f]{64} {2}-$/gm, "a digest"),
    ]),
  );

/** What a machine has that is not keelson's own memory, which goes with the last script. */
const outsideOfMemory = () =>
  Object.fromEntries(Object.entries(files()).filter(([path]) => !/^(running|var\/lib\/keelson)\//.test(path)));

/** Has a run killed at its steps, each time on a machine on which nothing has run yet. */
const killAnew = (equipped: () => Run, then: (run: Run, step: number) => void) =>
  killAtSteps((step) => {
    host.remove();
    host = new Host();
    const run = equipped();
    const status = well(run, "old", step);
    then(run, step);
    return status;
  });

/** Kills a script with new settings at its steps, and has it run with the old ones, that were there before. */
function killTowardsNew(run: Run): number {
  expect([well(run, "old"), rollOut()]).toEqual([0, 0]);
  // What a first run leaves to be noted by the next one is nobody's setting.
  expect([well(run, "old"), rollOut()]).toEqual([0, 0]);
  const before = files();
  return killAtSteps((step) => {
    const status = well(run, "new", step);
    expect([well(run, "old"), rollOut()]).toEqual([0, 0]);
    expect({ step, files: files() }).toEqual({ step, files: before });
    return status;
  });
}

/** Kills the first run of a script at its steps: a second one does the rest, and taking it back leaves nothing. */
function killFirstRun(equipped: () => Run): number {
  const whole = equipped();
  well(whole, "old");
  const done = files();
  expect(well(whole, "old", 0, "down")).toBe(0);
  const gone = outsideOfMemory();
  const steps = killAnew(equipped, (run, step) => {
    expect(well(run, "old")).toBe(0);
    expect({ step, files: files() }).toEqual({ step, files: done });
  });
  killAnew(equipped, (run, step) => {
    expect(well(run, "old", 0, "down")).toBe(0);
    expect({ step, files: outsideOfMemory() }).toEqual({ step, files: gone });
  });
  return steps;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

function member(): Run {
  equip();
  const [running, data] = [host.path("running"), host.path("var/lib/etcd/member")];
  // It runs on its unit as it is now, and writes its data.
  unitOf(
    host,
    `mkdir -p '${running}' '${data}'; cp '${host.path("etc/systemd/system/etcd.service")}' '${running}'; echo data >'${data}/wal'`,
  );
  host.write("usr/local/bin/etcd", "program");
  for (const name of ["server", "peer", "healthcheck-client"]) host.write(`etc/etcd/pki/etcd/${name}.crt`, name);
  const own = "https://192.0.2.1:2380";
  host.stub("etcdctl", `[[ $* != *"member list"* ]] || echo "1, started, m, ${own}, https://192.0.2.1:2379, false"`);
  return (setting, kill = 0, direction = "up") =>
    host.run(
      {
        script: killer(kill) + soon(Host.script("etcd/etcd.sh")),
        uses: [...memberScripts, allIsCurrent],
        values: {
          ...{
            PROGRAMS: [],
            CERTIFICATE_CONFIG: "",
            CLIENT_PORT: 2379,
            ETCD_CA_CRT: "",
            ETCD_ISSUER_CRT: "",
            ETCD_CA_KEY: "",
            TRUSTED: "1",
            RELEASE: "3.6.14",
            PEERS: [],
          },
          ...{ NAME: "m", PEER_URL: own, FOUNDERS: `m=${own}`, BEGINNING: "/etc/etcd/beginning.env" },
          ...{
            DATA_DIR: "/var/lib/etcd",
            MARK: "/var/lib/keelson/etcd-member",
            ETCD_USER: "root",
            DIRECTORIES: ["/var/lib/etcd"],
          },
        },
        files: [{ path: "/etc/systemd/system/etcd.service", content: `ExecStart=etcd --setting=${setting}\n` }],
      },
      direction,
    );
}

function master(): Run {
  equip();
  const etc = host.path("etc/kubernetes");
  const pki = host.path("var/lib/kubelet/pki");
  for (const file of ["kubelet-config.yaml", "pki/apiserver-etcd-client.crt"]) host.write(`etc/kubernetes/${file}`, "");
  for (const file of ["etc/systemd/system/kubelet.service", "usr/local/bin/kubelet", "var/log/none"]) {
    host.write(file, "");
  }
  host.stub(
    "kubeadm",
    `config=$(cat); setting=$(sed -n 's/^setting: //p' <<<"$config")
    case "$*" in
    "init phase preflight"* | "init phase certs"*) exit 0 ;;
    init*) [[ "$*" = "init phase"* ]] || { mkdir -p '${pki}'; echo key >'${pki}/kubelet-client-current.pem'; echo kubelet-client-current.pem >'${etc}/kubelet.conf'; } ;;
    reset*) rm -rf '${etc}/manifests' '${etc}'/*.conf; exit 0 ;;
    *) exit 0 ;;
    esac
    directory=\${KUBEADM_INIT_DRYRUN_DIR:-'${etc}/manifests'}
    mkdir -p "$directory"
    for server in ${servers.join(" ")}; do
      text="    - --name=$server"$'\n'"    - --setting=$setting"
      [ "$(cat "$directory/$server.yaml" 2>/dev/null)" = "$text" ] || printf '%s\n' "$text" >"$directory/$server.yaml"
    done`,
  );
  runServers(host);
  const audit = "/etc/kubernetes/keelson/audit.yaml";
  const admin = base64(kubeconfigFor("https://127.0.0.1:6444"));
  return (setting, kill = 0, direction = "up") =>
    host.run(
      {
        script: killer(kill) + soon(Host.script("master/master.sh")),
        uses: masterScripts.map((path) => soon(Host.script(path))).concat(allIsCurrent),
        values: {
          ...{ CERTIFICATE_CONFIG: "", CERTIFICATE_NAMES: [], VIRTUAL_ADDRESS: "", AUDIT: true },
          KUBEADM_CONFIG: `setting: ${setting}\nclusterName: "@CLUSTER_NAME@"\n`,
          AUTHORITY: `ca.crt ${base64("crt\n")}\nca.key ${base64("key\n")}\nadmin.conf ${admin}`,
          ...{
            COREDNS_IMAGE: "registry.example.com/coredns:v1",
            PROXY: "127.0.0.1:6444",
            ETCD_CA_CRT: base64("crt\n"),
            ETCD_CA_KEY: base64("key\n"),
          },
          ...{ ETCD_ISSUER_CRT: base64("crt\n"), AUTHORITIES: "1" },
          ...firstKey,
          ...{ CRI_SOCKET: "unix:///run/none.sock", ENDPOINT: "192.0.2.1:8443", IGNORED_CHECKS: "" },
          KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml",
          ...{ FILES_DIRECTORY: "/etc/kubernetes/keelson", FILES: [audit] },
          ...{ NODE: "m", TAINTS: "[]", TAKES_PODS: false },
        },
        files: [{ path: audit, content: `rules: ${setting}\n` }],
      },
      direction,
    );
}

describe.each([
  ["a member of etcd", member],
  ["a master", master],
])("%s, killed at any step", (_, equipped) => {
  test("towards new settings, is taken back by the old ones", () => {
    expect(killTowardsNew(equipped())).toBeGreaterThan(7);
  });
  test("of its first run, becomes what it was to be, or leaves nothing", () => {
    expect(killFirstRun(equipped)).toBeGreaterThan(5);
  });
});
