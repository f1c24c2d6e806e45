import { createHash } from "node:crypto";

import { endpoints, keys, own, run } from "../scripts/encryptionStages";
import { Authority, EtcdMember } from "../scripts/etcdMember";
import { Host } from "../scripts/host";

jest.setTimeout(120_000);
let host: Host;
const prefix = (number: number) => `k8s:enc:secretbox:v1:key-${String(number).padStart(4, "0")}:`;
const digest = (text: string) => createHash("sha256").update(text).digest("hex");

describe("stages, with a real member of etcd", () => {
  const authority = new Authority(["127.63.1.1"]);
  let member: EtcdMember;
  /** What the API servers have loaded, "A:B", by their addresses: texts of files. */
  const loaded = new Map<string, string>();

  beforeEach(async () => {
    member = new EtcdMember("m1", "127.63.1.1", authority);
    host = member.host;
    expect((await member.script([])).status).toBe(0);
    for (const [name, text] of [
      ["etcd/ca.crt", "ca.crt"],
      ["apiserver-etcd-client.crt", "all.crt"],
      ["apiserver-etcd-client.key", "all.key"],
    ] as const) {
      host.write(`etc/kubernetes/pki/${name}`, authority.read(text));
    }
    const data = Buffer.from("administrator").toString("base64");
    host.write("etc/kubernetes/admin.conf", `    client-certificate-data: ${data}\n    client-key-data: ${data}\n`);
    host.stub("kubectl", "echo 6443 192.0.2.1");
    loaded.clear();
    serve();
  });
  afterEach(() => member.remove());
  afterAll(() => authority.remove());

  const textOf = (list: readonly number[], newest: number) => {
    const { stdout } = host.run({
      script: "up() { know_lists; providers_text $LIST; }\ndown() { :; }",
      uses: [Host.script("encryption/providers.sh")],
      values: { LIST: list.join(" "), ENCRYPTION_KEYS: keys(newest).join("\n") },
    });
    return stdout;
  };
  const all = (list: readonly number[], newest: number) => {
    for (const server of ["192.0.2.1", "192.0.2.2"]) loaded.set(server, textOf(list, newest));
    serve();
  };
  /** API servers: they tell what they have loaded, and store a Secret that is patched by the key with which they write. */
  function serve(patch = "stored"): void {
    const metrics = [...loaded].map(
      ([server, text]) =>
        `*https://${server}:6443/metrics*) echo 'apiserver_encryption_config_controller_last_config_info{apiserver_id_hash="sha256:00",hash="sha256:${digest(text)}"} 1' ;;`,
    );
    host.stub(
      "curl",
      `case "$*" in ${metrics.join("\n")}
        *PATCH*)
          sed -n 's#^url = ".*/namespaces/\\(.*\\)/secrets/\\(.*\\)"#\\1/\\2#p' | while read -r secret; do ${patch === "stored" ? "" : `echo "500 $secret"; continue;`}
            ETCDCTL_API=3 '${member.host.path("stubs/etcdctl")}' --endpoints ${endpoints} --cacert '${host.path("etc/etcd/pki/etcd/ca.crt")}' \
              --cert '${host.path("etc/etcd/pki/etcd/server.crt")}' --key '${host.path("etc/etcd/pki/etcd/server.key")}' \
              put "/registry/secrets/$secret" "$(cat '${host.path("writes")}')again" >/dev/null; echo "200 $secret"; done ;;
        *https://192*) exit 7 ;;
        *) exec /usr/bin/curl "$@" ;;
        esac`,
    );
  }
  const put = (secret: string, value: string) => member.ask("put", `/registry/secrets/${secret}`, value);
  const value = (key: string) => member.ask("get", key, "--print-value-only");

  test("nobody writes by a key before all read by it, one of a master that leaves among them", () => {
    all([1, 2, 0], 2);
    loaded.set("192.0.2.2", textOf([1], 2));
    serve();
    expect(run(host, "know_lists; put_providers 1 2 0", 2, 2).status).toBe(0);
    expect(run(host, "write", 2, 2).stderr).toContain("API servers do not read Secrets by the key 2: 192.0.2.2:6443");
    expect([own(host), value("keelson/encryption")]).toEqual([[1, 2, 0], ""]);
    all([1, 2, 0], 2);
    host.stub("kubectl", "echo 6443 192.0.2.1 192.0.2.9");
    expect(run(host, "write", 2, 2).stderr).toContain("the key 2: 192.0.2.9:6443");
    host.stub("kubectl", "echo 6443 192.0.2.1");
    expect(run(host, "write", 2, 2)).toMatchObject({ status: 0, stderr: "" });
    expect([own(host), value("keelson/encryption")]).toEqual([[2, 1, 0], "2"]);
  });
  test("every Secret that is by another key is written again, of many, and no other", () => {
    all([2, 1, 0], 2);
    host.write("writes", prefix(2));
    for (let at = 0; at < 130; at++) put(`default/old-${at}`, `${prefix(1)}${at}`);
    put("default/new", `${prefix(2)}new`);
    put("kube-system/plain", "k8s plain");
    // Beside them are others.
    member.ask("put", "/registry/secretsother", "k8s");
    const { status, stderr } = run(host, "rewrite", 2, 2);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /every Secret in etcd is by the key 2, and etcd erases nothing: what they were before is on .*docs\/security\.md/,
    );
    expect(value("/registry/secrets/default/old-129")).toBe(`${prefix(2)}again`);
    expect(value("/registry/secrets/kube-system/plain")).toBe(`${prefix(2)}again`);
    expect(value("/registry/secrets/default/new")).toBe(`${prefix(2)}new`);
    expect(value("/registry/secretsother")).toBe("k8s");
    expect(run(host, "rewrite", 2, 2).stderr).toBe("every Secret in etcd is by the key 2\n");
    expect(run(host, "forget", 2, 2)).toMatchObject({ status: 0, stderr: "" });
    expect(own(host)).toEqual([2]);
  });
  test("keys that begin alike are told apart, and what is encrypted where nothing is to be", () => {
    all([0, 1], 1);
    host.write("writes", "k8s plain ");
    put("default/encrypted", `${prefix(1)}x`);
    expect(run(host, "rewrite", 0, 1).stderr).toMatch(/every Secret in etcd is by no key\n$/);
    expect(value("/registry/secrets/default/encrypted")).toBe("k8s plain again");
  });
  test("no key is forgotten while a Secret is by it, whatever a run before has said", () => {
    all([2, 1, 0], 2);
    expect(run(host, "know_lists; put_providers 2 1 0", 2, 2).status).toBe(0);
    put("default/late", `${prefix(1)}late`);
    expect(run(host, "forget", 2, 2)).toMatchObject({ status: 1 });
    expect(run(host, "forget", 2, 2).stderr).toContain("as default/late: no key is forgotten");
    loaded.set("192.0.2.2", textOf([1, 2, 0], 2));
    member.ask("del", "/registry/secrets/default/late");
    serve();
    expect(run(host, "forget", 2, 2).stderr).toContain("do not write Secrets by the key 2: 192.0.2.2:6443");
    expect(own(host)).toEqual([2, 1, 0]);
  });
  test("who does not answer proves nothing: not etcd, and not the API, which knows of all servers", () => {
    all([2, 1, 0], 2);
    const away = run(host, "rewrite", 2, 2, ["https://127.63.1.9:22379"]);
    expect(away).toMatchObject({ status: 1 });
    expect(away.stderr).toContain("no member of etcd answers");
    expect(run(host, "forget", 2, 2, ["https://127.63.1.9:22379"])).toMatchObject({ status: 1 });
    host.stub("kubectl", "exit 1");
    expect(run(host, "write", 2, 2).stderr).toContain("by the key 2: it is not known which there are");
  });
  test("a Secret that the API server does not write ends the stage, and is named with what it says", () => {
    all([2, 1, 0], 2);
    serve("refused");
    put("default/broken", `${prefix(1)}broken`);
    expect(run(host, "rewrite", 2, 2)).toMatchObject({ status: 1 });
    expect(run(host, "rewrite", 2, 2).stderr).toContain(
      "1 Secrets in etcd are still not by the key 2, and are read by the key before: default/broken is one of them. The API server says 500 default/broken",
    );
  });
});
