import { generateKeyPairSync } from "node:crypto";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

import { Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

/** The public half of a certificate's key is all that is asked of openssl here. */
const { publicKey } = generateKeyPairSync("ec", {
  namedCurve: "prime256v1",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "sec1", format: "pem" },
});

describe.each([
  ["the cluster's authorities", "master/authority.sh", "kubeadm", "authority"],
  ["etcd's authority", "etcd/authority.sh", "/usr/local/lib/keelson/kubeadm", "etcd-authority"],
])("%s", (_, script, kubeadm, name) => {
  const directory = () => host.path(`run/keelson/${name}`);
  const make = (generation = 1) =>
    host.run({
      script: Host.script(script),
      uses: ["artifacts/fetch.sh", "artifacts/install.sh", "artifacts/versions.sh"].map((path) => Host.script(path)),
      values: {
        ...{ PROGRAMS: [], CERTIFICATE_CONFIG: "", KUBEADM_CONFIG: "", FOUNDERS: "m=https://192.0.2.1:2380" },
        GENERATION: generation,
        MARK: "/var/lib/keelson/etcd-member",
        DIRECTORY: `/run/keelson/${name}`,
      },
    });
  /** Stands in for kubeadm: makes what it is asked for, and notes who may enter the directory meanwhile. */
  const program = (body = "") => {
    const files =
      "ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key sa.pub sa.key admin.conf etcd/ca.crt etcd/ca.key";
    const text = `stat -c %a '${directory()}' >'${host.path("mode")}'
${body}
mkdir -p '${directory()}/etcd'
for file in ${files}; do echo "$file" >'${directory()}'/$file; done`;
    if (kubeadm === "kubeadm") host.stub("kubeadm", text);
    else {
      host.write(kubeadm, `#!/bin/bash\n${text}\n`);
      spawnSync("chmod", ["+x", host.path(kubeadm)]);
    }
  };
  beforeEach(() => {
    host.stub("openssl", `[ "$1" = pkey ] && cat || cat <<'END'\n${publicKey}END`);
    host.write("var/lib/keelson/fit", "");
    program();
  });

  test("are printed for the state, and nothing of them stays on the machine", () => {
    const { status, stdout } = make();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^(ca\.)?key [\w+/=]+$/m);
    expect(host.has(`run/keelson/${name}`)).toBe(false);
  });
  test("are made where root alone may look", () => {
    make();
    expect(host.read("mode")).toBe("700\n");
  });
  test("leave nothing behind where making them failed", () => {
    program(`touch '${directory()}/ca.key'; exit 1`);
    expect(make().status).not.toBe(0);
    expect(host.has(`run/keelson/${name}`)).toBe(false);
  });
  test("are made again by a run after one that was killed", () => {
    program(`touch '${directory()}/stale'; kill -9 $PPID`);
    expect(make().status).not.toBe(0);
    expect(statSync(directory()).mode & 0o777).toBe(0o700);
    program();
    expect(make().status).toBe(0);
  });
  test("are made besides those that are in use, but not a second time", () => {
    host.write("etc/kubernetes/pki/ca.crt", "the first");
    for (const part of ["", "etcd-"]) host.write(`var/lib/keelson/${part}authorities`, "1\n");
    expect(make(2)).toMatchObject({ status: 0, stdout: expect.stringMatching(/key/) as unknown });
    for (const part of ["", "etcd-"]) host.write(`var/lib/keelson/${part}authorities`, "2 1\n");
    expect(make(2)).toMatchObject({ status: 1, stdout: "" });
  });
  test.each(["", "/var/lib/wal\n"])("are not made a second time where what trusts the first lives%j", (log) => {
    host.write("etc/kubernetes/pki/ca.crt", "the first");
    host.write("var/lib/keelson/etcd-data", `${host.path("var/lib/etcd")}\n${log}`);
    host.write("var/lib/etcd/member/wal", "data");
    const { status, stdout, stderr } = make();
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^error: the .* on .* has its authorit.*, which (is|are) made once: do not ask for .*\n$/);
  });
});
