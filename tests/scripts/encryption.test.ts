import { createHash } from "node:crypto";
import { statSync } from "node:fs";

import { parse } from "yaml";

import { Authority, EtcdMember, hasEtcd } from "./etcdMember";
import { Host, type Result } from "./host";

jest.setTimeout(120_000);

const file = "etc/kubernetes/keelson-encryption/providers.yaml";
const keys = (newest: number) =>
  Array.from(
    { length: newest },
    (_, at) => `${at + 1} ${Buffer.from(`key ${at + 1}`.padEnd(32, ".")).toString("base64")}`,
  );
const prefix = (number: number) => `k8s:enc:secretbox:v1:key-${String(number).padStart(4, "0")}:`;

interface Providers {
  readonly resources: readonly { readonly resources: readonly string[]; readonly providers: readonly object[] }[];
}

/** The list of providers in a file: numbers of keys, 0 for none. */
function listIn(text: string): readonly number[] {
  const [first] = (parse(text) as Providers).resources;
  expect(first?.resources).toEqual(["secrets"]);
  return (first?.providers ?? []).map((provider) => {
    if ("identity" in provider) return 0;
    const [key] = (provider as { secretbox: { keys: { name: string; secret: string }[] } }).secretbox.keys;
    expect(Buffer.from(key?.secret ?? "", "base64")).toHaveLength(32);
    return Number(key?.name.slice(4));
  });
}

const endpoints = "https://127.63.1.1:22379";
let host: Host;

/** Runs a body, or a stage, with what a master is told. */
function run(body: string, wanted: number, newest: number, etcd = [endpoints]): Result {
  const values = {
    ...{ ENCRYPTION: String(wanted), ENCRYPTION_KEYS: keys(newest).join("\n"), ETCD_ENDPOINTS: etcd },
    ...{ ETCD_PREFIX: "/registry", ENDPOINT: "192.0.2.1:6443", MASTERS: ["192.0.2.1:6443", "192.0.2.2:6443"] },
  };
  const own = /^(write|rewrite|forget)$/.test(body);
  const stages = Host.script("encryption/stages.sh")
    .replace("PATIENCE=150", "PATIENCE=1")
    .replace(/sleep [25]/g, "sleep 0.1");
  return host.run({
    script: own ? stages : `up() { ${body}; }\ndown() { forget_providers; }`,
    uses: [Host.script("encryption/providers.sh")],
    values: { ...values, ...(own ? { STAGE: body } : {}) },
    secrets: ["ENCRYPTION_KEYS"],
  });
}
const own = () => listIn(host.read(file));

describe("a master's file", () => {
  beforeEach(() => (host = new Host()));
  afterEach(() => host.remove());

  /** etcd as a master sees it: what it answers to each question, by the key. */
  const etcd = (answers: Readonly<Record<string, string>>) => {
    const cases = Object.entries(answers).map(
      ([key, answer]) => `*'"key":"${Buffer.from(key).toString("base64")}"'*) echo '${answer}' ;;`,
    );
    host.stub("curl", `case "$*" in ${cases.join(" ")} *) echo '{"header": {}}' ;; esac`);
  };
  const kv = (key: string, value: string) => {
    const [one, other] = [key, value].map((text) => Buffer.from(text).toString("base64"));
    return `{"header":{"revision":"7"}, "kvs":[{"key":"${one ?? ""}","create_revision":"2","mod_revision":"2","version":"1","value":"${other ?? ""}"}],"count":"1"}`;
  };
  const place = (wanted: number, newest: number, body: string) => {
    expect(run(body, wanted, newest)).toMatchObject({ status: 0, stderr: "" });
    return own();
  };

  test("of a new cluster begins with the key, which is noted in etcd before anything is written", () => {
    etcd({});
    expect(place(1, 1, "let_read")).toEqual([1, 0]);
    expect(host.called().filter((call) => call.includes("/v3/kv/put"))).toHaveLength(1);
    expect(statSync(host.path(file)).mode & 0o777).toBe(0o600);
    expect(host.read("var/lib/keelson/encryption")).toBe("1\n");
  });
  test("of a cluster that encrypts nothing yet begins with nothing, and reads the key", () => {
    etcd({ "/registry/": kv("/registry/apiextensions.k8s.io/x", "{}") });
    expect(place(1, 1, "let_read")).toEqual([0, 1]);
  });
  test("of a master that comes to the others begins with what they write", () => {
    etcd({ "keelson/encryption": kv("keelson/encryption", "2") });
    expect(place(3, 3, "let_read")).toEqual([2, 3, 1, 0]);
  });
  test("takes up the next key as one that it reads, and goes on from each stage", () => {
    etcd({});
    place(1, 1, "know_lists; put_providers 1");
    expect(place(2, 2, "let_read")).toEqual([1, 2, 0]);
    expect(place(2, 2, "know_lists; put_providers $(everything 2); let_read")).toEqual([2, 1, 0]);
    expect(place(2, 2, "know_lists; put_providers 2; let_read")).toEqual([2]);
    expect(place(0, 2, "let_read")).toEqual([2, 1, 0]);
    expect(host.called().filter((call) => call.startsWith("curl"))).toEqual([]);
  });
  test("that somebody wrote by hand is one that begins with what etcd says", () => {
    etcd({ "keelson/encryption": kv("keelson/encryption", "1") });
    host.write(file, "kind: EncryptionConfiguration\n");
    expect(place(1, 1, "let_read")).toEqual([1, 0]);
  });
  test("reads by every key where etcd is set back, and is not made where there is none", () => {
    etcd({});
    expect(run("read_everything", 2, 2).status).toBe(0);
    expect(host.has(file)).toBe(false);
    expect(place(2, 2, "know_lists; put_providers 2; read_everything")).toEqual([2, 1, 0]);
  });
  test("goes with the master", () => {
    etcd({});
    place(1, 1, "let_read");
    host.run({ script: `up() { forget_providers; }`, uses: [Host.script("encryption/providers.sh")], values: {} });
    expect([
      host.has(file),
      host.has("etc/kubernetes/keelson-encryption"),
      host.has("var/lib/keelson/encryption"),
    ]).toEqual([...[false, false, false]]);
  });
  test("stands in no program that the machine keeps", () => {
    etcd({});
    place(2, 2, "let_read");
    const kept = host.read("var/lib/keelson/scripts/test/undo");
    for (const key of keys(2)) expect(kept).not.toContain(key.split(" ")[1]);
  });
  test("a master is not left on nothing where no member of etcd answers", () => {
    host.stub("curl", "exit 7");
    expect(run("let_read", 1, 1)).toMatchObject({ status: 1 });
    expect(host.has(file)).toBe(false);
  });
});

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

if (!hasEtcd) test.skip("etcd is not in the bundle (toolchain/bundle)", () => undefined);
else {
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
      host.stub("kubectl", "echo 192.0.2.1:6443");
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
      expect(run("know_lists; put_providers 1 2 0", 2, 2).status).toBe(0);
      expect(run("write", 2, 2).stderr).toContain("API servers do not read Secrets by the key 2: 192.0.2.2:6443");
      expect([own(), value("keelson/encryption")]).toEqual([[1, 2, 0], ""]);
      all([1, 2, 0], 2);
      host.stub("kubectl", "printf '192.0.2.1:6443\\n192.0.2.9:6443\\n'");
      expect(run("write", 2, 2).stderr).toContain("the key 2: 192.0.2.9:6443");
      host.stub("kubectl", "echo 192.0.2.1:6443");
      expect(run("write", 2, 2)).toMatchObject({ status: 0, stderr: "" });
      expect([own(), value("keelson/encryption")]).toEqual([[2, 1, 0], "2"]);
    });
    test("every Secret that is by another key is written again, of many, and no other", () => {
      all([2, 1, 0], 2);
      host.write("writes", prefix(2));
      for (let at = 0; at < 130; at++) put(`default/old-${at}`, `${prefix(1)}${at}`);
      put("default/new", `${prefix(2)}new`);
      put("kube-system/plain", "k8s plain");
      // Beside them are others.
      member.ask("put", "/registry/secretsother", "k8s");
      expect(run("rewrite", 2, 2)).toMatchObject({ status: 0 });
      expect(value("/registry/secrets/default/old-129")).toBe(`${prefix(2)}again`);
      expect(value("/registry/secrets/kube-system/plain")).toBe(`${prefix(2)}again`);
      expect(value("/registry/secrets/default/new")).toBe(`${prefix(2)}new`);
      expect(value("/registry/secretsother")).toBe("k8s");
      expect(run("rewrite", 2, 2).stderr).toBe("every Secret in etcd is by the key 2\n");
      expect(run("forget", 2, 2)).toMatchObject({ status: 0, stderr: "" });
      expect(own()).toEqual([2]);
    });
    test("keys that begin alike are told apart, and what is encrypted where nothing is to be", () => {
      all([0, 1], 1);
      host.write("writes", "k8s plain ");
      put("default/encrypted", `${prefix(1)}x`);
      expect(run("rewrite", 0, 1)).toMatchObject({ status: 0 });
      expect(value("/registry/secrets/default/encrypted")).toBe("k8s plain again");
    });
    test("no key is forgotten while a Secret is by it, whatever a run before has said", () => {
      all([2, 1, 0], 2);
      expect(run("know_lists; put_providers 2 1 0", 2, 2).status).toBe(0);
      put("default/late", `${prefix(1)}late`);
      expect(run("forget", 2, 2)).toMatchObject({ status: 1 });
      expect(run("forget", 2, 2).stderr).toContain("as default/late: no key is forgotten");
      loaded.set("192.0.2.2", textOf([1, 2, 0], 2));
      member.ask("del", "/registry/secrets/default/late");
      serve();
      expect(run("forget", 2, 2).stderr).toContain("do not write Secrets by the key 2: 192.0.2.2:6443");
      expect(own()).toEqual([2, 1, 0]);
    });
    test("a Secret that the API server does not write ends the stage, and is named with what it says", () => {
      all([2, 1, 0], 2);
      serve("refused");
      put("default/broken", `${prefix(1)}broken`);
      expect(run("rewrite", 2, 2)).toMatchObject({ status: 1 });
      expect(run("rewrite", 2, 2).stderr).toContain(
        "1 Secrets in etcd are still not by the key 2, and are read by the key before: default/broken is one of them. The API server says 500 default/broken",
      );
    });
  });
}
