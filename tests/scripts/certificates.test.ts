import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Host } from "./host";
import { signingKubeadm } from "./signing";

const work = mkdtempSync(join(tmpdir(), "keelson-certificates-"));
const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { cwd: work, stdio: "pipe" });
const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const text = (name: string) => readFileSync(join(work, name), "utf8");
/** Signs a certificate by an authority, which is good for so many days from now. */
const sign = (name: string, days: number, by: string) =>
  openssl(
    ...["x509", "-req", "-in", "member.csr", "-CA", `${by}.crt`, "-CAkey", `${by}.key`, "-CAcreateserial"],
    ...["-days", String(days), "-out", `${name}.crt`, "-extfile", "names"],
  );

let host: Host;
beforeAll(() => {
  for (const name of ["ca", "other"]) {
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.crt`,
      "-days",
      "3650",
      "-subj",
      "/CN=ca",
    );
  }
  writeFileSync(join(work, "names"), "subjectAltName=DNS:member,IP:127.0.0.1");
  openssl("req", ...key, "-keyout", "member.key", "-out", "member.csr", "-subj", "/CN=member");
});
afterAll(() => rmSync(work, { recursive: true }));
beforeEach(() => {
  host = new Host();
  host.write("var/lib/keelson/fit", "");
});
afterEach(() => host.remove());

const base64 = (name: string) => Buffer.from(text(name)).toString("base64");
const day = 86_400;
/** Sees to the server's certificate, of which this is there already and has to be good for thirty days; then runs a few lines more. */
const certificates = (after = "", address = "127.0.0.1") => {
  const values = {
    CERTIFICATE_CONFIG: `localAPIEndpoint:\n  advertiseAddress: ${address}\nkind: ClusterConfiguration\ncertificatesDir: ${host.path("pki")}\n`,
    ETCD_CA_CRT: base64("ca.crt"),
    ETCD_ISSUER_CRT: base64("ca.crt"),
    ETCD_CA_KEY: base64("ca.key"),
    GOOD_UNTIL: Math.floor(Date.now() / 1000) + 30 * day,
    VALIDITY: 365 * day,
  };
  host.stub(
    "kubeadm",
    `printf 'signs\\n' >>'${host.path("said")}'\n{ ${watch}; } >>'${host.path("said")}'\n${signingKubeadm}`,
  );
  const body = `etcd_certificates kubeadm '${host.path("pki")}' etcd-server\n${after}`;
  const result = host.up(body, {
    uses: ["certificates/leaves.sh", "certificates/trust.sh", "etcd/certificates.sh"].map((path) => Host.script(path)),
    values,
  });
  return { ...result, stderr: result.stderr + (host.has("said") ? host.read("said") : "") };
};
let watch = ":";
beforeEach(() => (watch = ":"));
const has = (name: string) => {
  host.write("pki/etcd/server.crt", text(`${name}.crt`));
  host.write("pki/etcd/server.key", text("member.key"));
};
const anew = { status: 0, stdout: "", stderr: expect.stringMatching(/(^|\n)signs\n$/) as string };

test.each([
  ["40 days more", 40, "ca", { ...anew, stderr: "" }],
  ["20 days more", 20, "ca", anew],
  ["longer than is asked for", 400, "ca", anew],
  ["by another authority", 365, "other", anew],
])("a certificate that is good for %s", (_, days, authority, expected) => {
  sign("member", days, authority);
  has("member");
  expect(certificates()).toEqual(expected);
});

test("a certificate of a member that came back at another address is issued again, and none that has the address", () => {
  sign("member", 40, "ca");
  has("member");
  expect(certificates("", "127.0.0.1").stderr).toBe("");
  const { status, stderr } = certificates("", "192.0.2.7");
  expect(status).toBe(0);
  expect(stderr).toContain("pki/etcd/server.crt is to be good for 192.0.2.7\n");
  expect(stderr).toMatch(/is issued again\nsigns\n$/);
});

test("the pair that is there stays whole until the new one is", () => {
  sign("member", 20, "ca");
  has("member");
  watch = `cmp '${host.path("pki/etcd/server.crt")}' '${join(work, "member.crt")}'`;
  expect(certificates()).toEqual({ ...anew, stderr: `${host.path("pki/etcd/server.crt")} is issued again\nsigns\n` });
  expect(host.read("pki/etcd/server.key")).not.toBe(text("member.key"));
});

test("a certificate that is missing is made, and the authority's key is gone before anything else is done", () => {
  expect(certificates(`[ ! -e '${host.path("pki/new")}' ] || log 'the key is still there'`)).toEqual({
    ...anew,
    stderr: "signs\n",
  });
});

test("the authority's key is in memory while it signs, and what runs that were killed left of it goes", () => {
  const key = "run/keelson/test-authority.key";
  host.write("pki/etcd/ca.key", "left behind");
  host.write("pki/etcd/ca.key.backup", "somebody's copy");
  watch = `readlink '${host.path("pki/new/etcd/ca.key")}'; stat -c %a '${host.path(key)}'`;
  expect(certificates()).toEqual({ status: 0, stdout: "", stderr: `signs\n${host.path(key)}\n600\n` });
  const left = [key, "pki/new", "pki/etcd/ca.key", "pki/etcd/ca.key.backup"].filter((path) => host.has(path));
  expect(left).toEqual(["pki/etcd/ca.key.backup"]);
});
