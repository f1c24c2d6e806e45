import { execFileSync, spawn } from "node:child_process";
import { createHash, createPublicKey } from "node:crypto";

import { composeLook } from "../../components/script/compose";
import { parseTold, type Told } from "../../components/rotation/told";
import { Host } from "./host";
import { makeAuthority } from "./signing";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.stub("kubectl");
  host.stub("pgrep", "exit 1");
  for (const name of ["one", "two"]) makeAuthority(host.path("made"), name);
});
afterEach(() => host.remove());

const tell = (): Told => {
  const { stdout, stderr } = host.bash(
    composeLook([Host.script("certificates/trust.sh"), Host.script("rotation/proof.sh")].join("\n"), {}),
  );
  expect(stderr).toBe("");
  const told = parseTold(stdout);
  if (!told) throw new Error(`this tells nothing: ${stdout}`);
  return told;
};
const pem = (...names: readonly string[]) => names.map((name) => host.read(`made/${name}.crt`)).join("");
const pki = "etc/kubernetes/pki";
const openssl = (line: string) => execFileSync("openssl", line.split(" "), { cwd: host.path("made"), stdio: "pipe" });
/** A certificate of that authority, with its key after it. */
function signed(authority: string): string {
  openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf");
  openssl(`x509 -req -in leaf.csr -CA ${authority}.crt -CAkey ${authority}.key -set_serial 7 -days 1 -out leaf.crt`);
  return host.read("made/leaf.crt") + host.read("made/leaf.key");
}
const base64url = (text: string) => Buffer.from(text).toString("base64url");
const token = (kid: string) => `${base64url(JSON.stringify({ alg: "ES256", kid }))}.${base64url("{}")}.signature`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

test("a machine of no cluster tells nothing", () => {
  expect(tell()).toMatchObject({ bundles: [], leaves: [], late: [], tokens: [] });
});

test("a node tells whom it trusts, whose its certificate is, and by which keys its pods' tokens are signed", () => {
  host.write(`${pki}/ca.crt`, pem("one", "two"));
  host.write("etc/kubernetes/kubelet.conf", `    certificate-authority-data: ${base64(pem("two"))}\n`);
  host.write("var/lib/kubelet/pki/kubelet-client-current.pem", signed("two"));
  host.write("var/lib/kubelet/pods/uid-1/volumes/kubernetes.io~projected/kube-api-access/token", token("k1"));
  host.write("var/log/pods/shop_cart_uid-1/x", "");
  host.write("var/lib/keelson/kubelet-authorities", "none\n");
  const { bundles, leaves, tokens, late } = tell();
  expect(bundles.map(({ kind, certificates }) => [kind, certificates.length])).toEqual([
    ["cluster", 2],
    ["cluster", 1],
  ]);
  expect(bundles[1]?.certificates[0]).toBe(bundles[0]?.certificates[1]);
  expect(leaves.map(({ issuer }) => issuer)).toEqual([2]);
  expect(tokens).toEqual([{ key: "k1", name: "shop/cart" }]);
  expect(late).toEqual(["the kubelet"]);
});

test("a member of etcd that was started on other files is told of", () => {
  host.write("etc/etcd/pki/etcd/ca.crt", pem("one"));
  host.write("etc/etcd/pki/etcd/server.crt", signed("one"));
  const file = host.path("etc/etcd/pki/etcd/ca.crt");
  host.write("var/lib/keelson/units/etcd.service.files", `${file}\n`);
  host.write(
    "var/lib/keelson/units/etcd.service",
    execFileSync("bash", ["-c", `sha256sum ${file} | sha256sum`], { encoding: "utf8" }),
  );
  expect(tell()).toMatchObject({ late: [], leaves: [{ issuer: 1 }] });
  host.write("etc/etcd/pki/etcd/ca.crt", pem("one", "two"));
  expect(tell().late).toEqual(["its member of etcd"]);
});

test("a master tells on which authorities its servers were started, and what is kept in Secrets", () => {
  host.write(`${pki}/ca.crt`, pem("one"));
  host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "");
  openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out sa.key");
  host.write(`${pki}/sa.key`, host.read("made/sa.key"));
  const server = spawn("sleep", ["60"], { env: { ...process.env, KEELSON_AUTHORITIES: "1+2" } });
  host.write(`proc/${server.pid ?? 0}/environ`, "A=b\0KEELSON_AUTHORITIES=1+2\0");
  host.stub("pgrep", `[ "\${*: -1}" = kube-apiserver ] && echo ${server.pid ?? 0}`);
  host.stub("kubectl", `case "$*" in *service-account-token*) printf 'ci/robot ${base64(token("k0"))}\\n' ;; esac`);
  const { servers, secrets, late, key } = tell();
  server.kill();
  expect([...servers]).toEqual([["kube-apiserver", "1+2"]]);
  expect(late).toEqual(["kube-controller-manager", "kube-scheduler"]);
  expect(secrets).toEqual([{ key: "k0", name: "ci/robot" }]);
  // As Kubernetes names keys in its tokens.
  const der = createPublicKey(host.read("made/sa.key")).export({ type: "spki", format: "der" });
  expect(key).toBe(createHash("sha256").update(der).digest("base64url"));
});

test("a master tells what the API has answered, and of one that does not answer nothing is known", () => {
  host.write(`${pki}/ca.crt`, pem("one"));
  host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "");
  openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out sa.key");
  host.write(`${pki}/sa.key`, host.read("made/sa.key"));
  expect([...tell().asked].sort()).toEqual(["cluster-info", "configmaps", "pods", "secrets"]);
  // What came before it broke off is not all.
  const token1 = `printf 'ci/robot ${base64(token("k0"))}\\n'; exit 1`;
  host.stub("kubectl", `case "$*" in *service-account-token*) ${token1} ;; esac`);
  host.called();
  const { asked, secrets } = tell();
  expect([[...asked], secrets]).toEqual([["cluster-info"], []]);
  // It is not waited for twice.
  expect(host.called().filter((call) => call.startsWith("kubectl"))).toHaveLength(2);
});

test("pods that began before they were told of other authorities are counted, but for those of the node's own files", () => {
  host.write(`${pki}/ca.crt`, pem("one"));
  host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "");
  openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out sa.key");
  host.write(`${pki}/sa.key`, host.read("made/sa.key"));
  const [made, before, told, after] = ["01", "02", "03", "04"].map((day) => `2026-11-${day}T00:00:00Z`);
  const lines = {
    // Nobody has told the other namespace of anything since it was made.
    configmaps: [`told shop ${made} ${made} ${told}`, `told other ${made} ${made}`],
    pods: [`pod shop ReplicaSet/ ${before}`, `pod shop / ${after} ${told}`, `pod shop ReplicaSet/ ${after}`].concat(
      `pod shop Node/ ${before}`,
      `pod other ReplicaSet/ ${before}`,
    ),
  };
  const cases = Object.entries(lines).map(([kind, all]) => `*"get ${kind} "*) printf '%s\\n' '${all.join("' '")}' ;;`);
  host.stub("kubectl", `case "$*" in ${cases.join(" ")} esac`);
  expect([...tell().old]).toEqual([["shop", 2]]);
});
