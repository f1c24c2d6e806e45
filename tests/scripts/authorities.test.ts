import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

import { Host } from "./host";
import { makeAuthority } from "./signing";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.stub("hostname", "echo m");
  host.stub("systemctl");
  host.stub("curl");
  for (const name of ["one", "two"]) makeAuthority(host.path("made"), name);
});
afterEach(() => host.remove());

const pki = "var/lib/kubelet/pki";
const read = "var/lib/keelson/kubelet-authorities";
const pem = (...names: readonly string[]) => names.map((name) => host.read(`made/${name}.crt`)).join("");
const base64 = (text: string) => Buffer.from(text).toString("base64");
const sign = (authority: string, request: string, crt: string) =>
  execFileSync(
    "openssl",
    `x509 -req -in ${request} -CA made/${authority}.crt -CAkey made/${authority}.key -set_serial 7 -days 1 -out ${crt}`.split(
      " ",
    ),
    { cwd: host.path("."), stdio: "pipe" },
  );

/** A node that trusts these, and whose certificate is of that one. */
function node(trusted: readonly string[], issuer: string): void {
  host.write("etc/kubernetes/pki/ca.crt", pem(...trusted));
  host.write(
    "etc/kubernetes/kubelet.conf",
    `clusters:\n- cluster:\n    certificate-authority-data: ${base64(pem(...trusted))}\n    server: https://127.0.0.1:6444\n`,
  );
  host.write(`${pki}/first.pem`, "");
  const openssl = (line: string) => execFileSync("openssl", line.split(" "), { cwd: host.path("."), stdio: "pipe" });
  openssl(
    `req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout first.key -out first.csr -subj /O=system:nodes/CN=system:node:w`,
  );
  sign(issuer, "first.csr", "first.crt");
  host.write(`${pki}/first.pem`, host.read("first.crt") + host.read("first.key"));
  execFileSync("ln", ["-sfn", host.path(`${pki}/first.pem`), host.path(`${pki}/kubelet-client-current.pem`)]);
  // The cluster signs by this authority what it is asked for.
  host.stub(
    "kubectl",
    `case "$*" in
    "create "*) cat >'${host.path("asked")}'; echo certificatesigningrequest/one ;;
    "get certificatesigningrequest/one "*)
      sed -n 's/^  request: //p' '${host.path("asked")}' | base64 -d >'${host.path("asked.csr")}'
      cd '${host.path(".")}' && openssl x509 -req -in asked.csr -CA made/$(cat signer).crt -CAkey made/$(cat signer).key -set_serial 8 -days 1 2>/dev/null | base64 -w 0 ;;
    esac`,
  );
}

const follow = (trusted: readonly string[], signer = trusted[0] ?? "") => {
  host.write("signer", signer);
  return host.up("export KUBECONFIG=/etc/kubernetes/kubelet.conf\nauthorities_differ || return 0\nfollow_authorities", {
    uses: [
      Host.script("certificates/trust.sh"),
      Host.script("kubelet/request.sh"),
      Host.script("node/rollout/authorities.sh").replace("request_certificate 120", "request_certificate 1"),
      'node_failed() { die "not well"; }\n',
    ],
    values: { NODE: "w", CA_CRT: base64(pem(...trusted)), KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml" },
  });
};
const trusts = () =>
  Buffer.from(
    /certificate-authority-data: (\S+)/.exec(host.read("etc/kubernetes/kubelet.conf"))?.[1] ?? "",
    "base64",
  ).toString();
const client = () => readFileSync(readlinkSync(host.path(`${pki}/kubelet-client-current.pem`)), "utf8");
const restarts = "systemctl restart kubelet.service";

test("a kubelet that goes by what it is to go by is left alone", () => {
  node(["one"], "one");
  expect(follow(["one"])).toEqual({ status: 0, stdout: "", stderr: "" });
  node(["two", "one"], "two");
  expect(follow(["two", "one"])).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(host.called()).toEqual([]);
});

test("another authority is trusted after a restart, and the kubelet keeps its certificate", () => {
  node(["one"], "one");
  const before = client();
  expect(follow(["one", "two"]).status).toBe(0);
  expect(trusts()).toBe(pem("one", "two"));
  expect(host.read("etc/kubernetes/pki/ca.crt")).toBe(pem("one", "two"));
  expect(client()).toBe(before);
  expect(host.called()).toContain(restarts);
  expect(host.read(read)).not.toBe("none\n");
});

test("where another issues, the kubelet is known by a certificate of that one, which it has asked for in its own name", () => {
  node(["one", "two"], "one");
  const before = client();
  expect(follow(["two", "one"]).status).toBe(0);
  expect(trusts()).toBe(pem("two", "one"));
  expect(client()).not.toBe(before);
  expect(host.read("asked")).toContain("signerName: kubernetes.io/kube-apiserver-client-kubelet\n");
  const subject = execFileSync("openssl", ["x509", "-noout", "-subject", "-issuer"], {
    input: client(),
    encoding: "utf8",
  });
  expect(subject.replaceAll(" ", "")).toContain("O=system:nodes,CN=system:node:w");
  expect(follow(["two", "one"]).stderr).toBe("");
});

describe("a kubelet that serves with a certificate of the cluster's", () => {
  const serving = `${pki}/kubelet-server-current.pem`;
  /** One with its names, of this authority. */
  const serves = (issuer: string, configuration = "serverTLSBootstrap: true\n") => {
    host.write("etc/kubernetes/kubelet-config.yaml", configuration);
    host.write("names", "subjectAltName=DNS:w,IP:192.0.2.9\n");
    execFileSync(
      "openssl",
      `x509 -req -in first.csr -CA made/${issuer}.crt -CAkey made/${issuer}.key -set_serial 9 -days 1 -extfile names -out serving.crt`.split(
        " ",
      ),
      { cwd: host.path("."), stdio: "pipe" },
    );
    host.write(`${pki}/serving.pem`, host.read("serving.crt") + host.read("first.key"));
    execFileSync("ln", ["-sfn", host.path(`${pki}/serving.pem`), host.path(serving)]);
  };
  const now = () => readlinkSync(host.path(serving));

  test("gets one of the authority that issues, for the same names, before it restarts", () => {
    node(["two", "one"], "two");
    serves("one");
    expect(follow(["two", "one"]).status).toBe(0);
    expect(now()).toMatch(/kubelet-server-\d{4}-/);
    expect(host.read("asked")).toMatch(
      /signerName: kubernetes\.io\/kubelet-serving\n {2}usages: \[digital signature, server auth\]/,
    );
    const asked = execFileSync("openssl", ["req", "-noout", "-text", "-in", host.path("asked.csr")], {
      encoding: "utf8",
    });
    expect(asked).toContain("DNS:w, IP Address:192.0.2.9");
    expect(host.called()).toContain(restarts);
    expect(follow(["two", "one"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });
  test("keeps it where that one has signed it, and where it serves with one of its own making", () => {
    node(["two", "one"], "two");
    serves("two");
    expect(follow(["two", "one"])).toEqual({ status: 0, stdout: "", stderr: "" });
    serves("one", "");
    expect(follow(["two", "one"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

test("a certificate that the authority before has signed does not take the place of the one that is there", () => {
  node(["one", "two"], "one");
  const before = client();
  expect(follow(["two", "one"], "one")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("of another authority") as unknown,
  });
  expect(client()).toBe(before);
  expect(host.called()).not.toContain(restarts);
  // It has not read what lies there, and the next run sees to it.
  expect(host.read(read)).toBe("none\n");
  expect(follow(["two", "one"]).status).toBe(0);
});

test("a kubelet that did not restart, for the run was killed, does so in the next", () => {
  node(["one", "two"], "one");
  host.write(read, "none\n");
  expect(follow(["one", "two"]).status).toBe(0);
  expect(host.called()).toContain(restarts);
  expect(follow(["one", "two"])).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(host.called()).toEqual([]);
});

test("a kubelet that never read what was taken back is left alone", () => {
  node(["one"], "one");
  const change = (before: string, after: string) =>
    host.up(`${before}\n${after}`, {
      uses: [Host.script("certificates/trust.sh")],
      values: { CA: host.path("etc/kubernetes/pki/ca.crt"), OTHER: pem("one", "two") },
    });
  change('keep_read "$CA"', 'cp "$CA" "$CA.before"; printf %s "$OTHER" >"$CA"');
  const unread = () => change('if is_unread "$CA"; then die unread; fi', ":").status;
  expect(unread()).toBe(1);
  change('mv "$CA.before" "$CA"', 'keep_read "$CA"');
  expect(unread()).toBe(0);
});

test("a certificate may be asked for in the name of a node that has as many characters as a machine's name may have", () => {
  node(["one"], "one");
  host.write("signer", "one");
  const name = "n".repeat(63);
  const { status, stdout } = host.up(
    `request_certificate 1 '${host.path("new")}' kubelet-serving server "DNS:$NODE,IP:192.0.2.1"\nopenssl x509 -in '${host.path("new.crt")}' -noout -subject`,
    { uses: [Host.script("kubelet/request.sh")], values: { NODE: name } },
  );
  expect([status, stdout]).toEqual([0, expect.stringContaining(`system:node:${name}`)]);
});
