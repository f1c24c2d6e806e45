import { readFileSync, rmSync, statSync } from "node:fs";

import { Host } from "./host";
import { makeAuthority, signingKubeadm } from "./signing";

const day = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const pairs = ["apiserver", "apiserver-kubelet-client", "front-proxy-client"];
const kubeconfigs = ["admin", "controller-manager", "scheduler"];
const pki = "etc/kubernetes/pki";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.stub("kubeadm", signingKubeadm);
  host.stub("systemctl");
  host.stub("curl");
  host.stub("pgrep", "exit 1");
  host.stub("hostname", "echo m");
  for (const name of ["ca", "front-proxy-ca"]) makeAuthority(host.path(pki), name);
  // What kubeadm init leaves behind.
  for (const name of pairs) host.write(`${pki}/${name}.crt`, "");
  for (const name of kubeconfigs) host.write(`etc/kubernetes/${name}.conf`, "current-context: kubernetes-admin@made\n");
  expect(renew({ days: 365 }).status).toBe(0);
  host.called();
});
afterEach(() => host.remove());

interface Wanted {
  readonly days: number;
  /** Days from now that certificates have to be good for. */
  readonly until?: number;
  readonly names?: readonly string[];
  readonly body?: string;
}

/** Renews on a machine what is not good until then, by certificates that hold so many days. */
function renew({ days, until = days - 1, names = ["127.0.0.1"], body }: Wanted) {
  return host.up(
    `readonly PKI=/etc/kubernetes/pki MANIFESTS=/etc/kubernetes/manifests
    configuration() { printf '%s' "$KUBEADM_CONFIG"; }
    renew_certificates
    begin_again
    ${body ?? "restart_renewed"}`,
    {
      uses: ["leaves.sh", "trust.sh", "renewal.sh", "timer.sh"]
        .map((name) => `certificates/${name}`)
        .concat("master/manifests.sh")
        .map((path) => Host.script(path).replace(/wait_for 150 /g, "wait_for 1 ")),
      values: {
        KUBEADM_CONFIG: "kind: InitConfiguration\n---\nkind: ClusterConfiguration\ncertificateValidityPeriod: 1s\n",
        CERTIFICATE_NAMES: names,
        GOOD_UNTIL: now() + until * day,
        VALIDITY: days * day,
        LAST_CALL: 30 * day,
        TIMER: true,
      },
    },
  );
}

const files = () => [
  ...pairs.flatMap((name) => [`${pki}/${name}.crt`, `${pki}/${name}.key`]),
  ...kubeconfigs.map((name) => `etc/kubernetes/${name}.conf`),
];
const texts = () => files().map((file) => readFileSync(host.path(file), "utf8"));
const issued = () => host.called().filter((call) => call.startsWith("kubeadm"));

test("what was issued in this epoch stays", () => {
  const before = texts();
  expect(renew({ days: 365 })).toEqual({ status: 0, stdout: "", stderr: "" });
  expect([texts(), issued()]).toEqual([before, []]);
});

test("what ends before the epoch's certificates do is issued again, all of it, by the authorities that are there", () => {
  const before = texts();
  expect(renew({ days: 465, until: 400 }).status).toBe(0);
  expect(texts().filter((text, index) => text === before[index])).toEqual([]);
  expect(issued()).toHaveLength(6);
  expect(host.has(`${pki}/new`)).toBe(false);
  expect(statSync(host.path(`${pki}/apiserver.key`)).mode & 0o777).toBe(0o600);
  renew({ days: 465, until: 400 });
  expect(issued()).toEqual([]);
});

test("what holds longer than is asked for now is issued again as well", () => {
  expect(renew({ days: 30 }).status).toBe(0);
  expect(issued()).toHaveLength(6);
});

test("the API server's certificate is issued again where it lacks a name, and no other", () => {
  expect(renew({ days: 365, names: ["127.0.0.1", "kubernetes"] }).status).toBe(0);
  expect(issued()).toEqual([]);
  renew({ days: 365, names: ["kubernete."] });
  expect(issued()).toEqual(["kubeadm init phase certs apiserver --config /dev/stdin"]);
});

test("a pair of which a killed run put only one half in place is issued again", () => {
  host.write(`${pki}/apiserver.key`, host.read(`${pki}/front-proxy-client.key`));
  expect(renew({ days: 365 }).status).toBe(0);
  expect(issued()).toEqual(["kubeadm init phase certs apiserver --config /dev/stdin"]);
});

test("what another authority has signed is issued again", () => {
  makeAuthority(host.path(pki), "front-proxy-ca");
  expect(renew({ days: 365 }).status).toBe(0);
  expect(issued()).toEqual(["kubeadm init phase certs front-proxy-client --config /dev/stdin"]);
});

test("a kubeconfig that is not there is made with all authorities: kubeadm init would put the first alone into it", () => {
  const first = host.read(`${pki}/ca.crt`);
  makeAuthority(host.path("made"), "other");
  host.write(`${pki}/ca.crt`, first + host.read("made/other.crt"));
  for (const name of kubeconfigs) rmSync(host.path(`etc/kubernetes/${name}.conf`));
  host.write("etc/kubernetes/admin.conf", "current-context: kubernetes-admin@made\n");
  expect(renew({ days: 365 }).status).toBe(0);
  for (const name of kubeconfigs) {
    const text = host.read(`etc/kubernetes/${name}.conf`);
    const data = /certificate-authority-data: (\S+)/.exec(text)?.[1] ?? "";
    expect([name, Buffer.from(data, "base64").toString()]).toEqual([name, host.read(`${pki}/ca.crt`)]);
  }
});

test("what is no certificate with its key is not put in place", () => {
  host.stub("kubeadm", "exit 0");
  const before = texts();
  const { status, stderr } = renew({ days: 465, until: 400 });
  expect([status, texts()]).toEqual([1, before]);
  expect(stderr).toContain("was not put in place");
});

test("a server that started before its kubeconfig is ended and awaited, also where a killed run had written that", () => {
  host.stub("pgrep", `[ "\${*: -1}" = kube-controller ] && cat '${host.path("pid")}'`);
  host.stub("ps", `[ -e '${host.path("again")}' ] && echo 0 || echo 3600`);
  host.write("pid", "99999991\n");
  host.write("etc/kubernetes/manifests/kube-controller-manager.yaml", "");
  const kill = `kill() { echo "kill $*" >>'${host.path("killed")}'; echo 99999992 >'${host.path("pid")}'; touch '${host.path("again")}'; }`;
  const run = () => renew({ days: 365, body: `${kill}\nrestart_renewed` });
  expect(run()).toMatchObject({
    status: 0,
    stderr: "kube-controller-manager restarts: its kubeconfig changed\n",
  });
  expect(host.read("killed")).toBe("kill 99999991\n");
  expect(run()).toMatchObject({ status: 0, stderr: "" });
});

test("the timer renews what ends within thirty days, and warns of what only the state's keys can renew", () => {
  // It takes the lock that a run of the script has, which has let it go by then.
  const body = "exec {lock}>&-\nby_timer";
  const timer = (until: number) => renew({ days: until + 1, until, body });
  expect(renew({ days: 20, until: 1 }).status).toBe(0);
  host.write("etc/etcd/pki/etcd/server.crt", host.read(`${pki}/apiserver.crt`));
  host.called();
  // The epoch is none of its business: it has a deadline of its own.
  const { status, stdout } = renew({ days: 365, until: 1, names: [], body });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^<4>.*etcd\/server\.crt of m ends on \d{4}-\d\d-\d\d, and only pulumi up can renew it/);
  expect(issued()).toHaveLength(6);
  expect(timer(100).status).toBe(0);
});
