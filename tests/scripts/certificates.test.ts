import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Host } from "./host";

const work = mkdtempSync(join(tmpdir(), "keelson-certificates-"));
const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { cwd: work, stdio: "pipe" });
const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const text = (name: string) => readFileSync(join(work, name), "utf8");
/** Signs a certificate by an authority, which is good for so many days from now. */
const sign = (name: string, days: number, by: string) =>
  openssl(
    ...["x509", "-req", "-in", "member.csr", "-CA", `${by}.crt`, "-CAkey", `${by}.key`, "-CAcreateserial"],
    ...["-days", String(days), "-out", `${name}.crt`],
  );

let host: Host;
beforeAll(() => {
  for (const name of ["ca", "other"])
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
  openssl("req", ...key, "-keyout", "member.key", "-out", "member.csr", "-subj", "/CN=member");
});
afterAll(() => rmSync(work, { recursive: true }));
beforeEach(() => {
  host = new Host();
  host.write("var/lib/keelson/fit", "");
});
afterEach(() => host.remove());

const base64 = (name: string) => Buffer.from(text(name)).toString("base64");
/** Sees to the server's certificate, of which this is there already; then runs a few lines more. */
const certificates = (after = "") => {
  const kubeadm = `${host.root}/kubeadm`;
  const values = { CERTIFICATE_CONFIG: "", ETCD_CA_CRT: base64("ca.crt"), ETCD_CA_KEY: base64("ca.key") };
  host.write(
    "kubeadm",
    `#!/bin/bash\nprintf 'signs with %s key\\n' "$(grep -c BEGIN '${host.path("pki/etcd/ca.key")}')" >&2\n`,
  );
  const body = `chmod +x '${kubeadm}'; etcd_certificates '${kubeadm}' '${host.path("pki")}' etcd-server\n${after}`;
  return host.up(body, { uses: [Host.script("etcd/certificates.sh")], values });
};
const has = (name: string) => host.write("pki/etcd/server.crt", text(`${name}.crt`));
const anew = { status: 0, stdout: "", stderr: "signs with 1 key\n" };

test.each([
  ["40 days more", 40, "ca", { ...anew, stderr: "" }],
  ["20 days more: an administrator has them to run the program", 20, "ca", anew],
  ["by another authority", 3650, "other", anew],
])("a certificate that is good for %s", (_, days, authority, expected) => {
  sign("member", days, authority);
  has("member");
  expect(certificates()).toEqual(expected);
});

test("a certificate that is missing is made, and the authority's key is gone before anything else is done", () => {
  const ca = host.path("pki/etcd/ca.key");
  expect(certificates(`[ ! -e '${ca}' ] || log 'the key is still there'`)).toEqual(anew);
});

test("the authority's key is in memory while it signs, and what runs that were killed left of it goes", () => {
  const key = "run/keelson/test-authority.key";
  host.write("pki/etcd/ca.key.Xa1b2c", "left behind");
  const signs = `#!/bin/bash\nreadlink '${host.path("pki/etcd/ca.key")}' >&2; stat -c %a '${host.path(key)}' >&2\n`;
  const values = { CERTIFICATE_CONFIG: "", ETCD_CA_CRT: base64("ca.crt"), ETCD_CA_KEY: base64("ca.key") };
  host.write("signs", signs);
  const body = `chmod +x '${host.path("signs")}'; etcd_certificates '${host.path("signs")}' '${host.path("pki")}' etcd-server`;
  expect(host.up(body, { uses: [Host.script("etcd/certificates.sh")], values })).toEqual({
    status: 0,
    stdout: "",
    stderr: `${host.path(key)}\n600\n`,
  });
  expect([key, "pki/etcd/ca.key", "pki/etcd/ca.key.Xa1b2c"].map((path) => host.has(path))).toEqual([
    false,
    false,
    false,
  ]);
});
