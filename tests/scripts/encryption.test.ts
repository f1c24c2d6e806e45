import { statSync } from "node:fs";

import { providersFile } from "../../components/encryption/settings";
import { file, keys, own, run } from "./encryptionStages";
import { Host } from "./host";

let host: Host;

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
    expect(run(host, body, wanted, newest)).toMatchObject({ status: 0, stderr: "" });
    return own(host);
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
    etcd({ "keelson/encryption": kv("keelson/encryption", "1") });
    place(1, 1, "know_lists; put_providers 1");
    expect(place(2, 2, "let_read")).toEqual([1, 2, 0]);
    etcd({ "keelson/encryption": kv("keelson/encryption", "2") });
    expect(place(2, 2, "know_lists; put_providers $(everything 2); let_read")).toEqual([2, 1, 0]);
    expect(place(2, 2, "know_lists; put_providers 2; let_read")).toEqual([2]);
    expect(place(0, 2, "let_read")).toEqual([2, 1, 0]);
  });
  test("of a master that was away while keys took each other's places begins with what the others write", () => {
    etcd({ "keelson/encryption": kv("keelson/encryption", "2") });
    place(1, 1, "know_lists; put_providers 1");
    expect(place(2, 2, "let_read")).toEqual([2, 1, 0]);
    expect(place(2, 2, "know_lists; put_providers 1 2 0; let_read")).toEqual([2, 1, 0]);
    expect(place(2, 2, "know_lists; put_providers 0 2 1; let_read")).toEqual([2, 1, 0]);
  });
  test("goes on with its own key where etcd is of a time before it was told of any", () => {
    etcd({ "/registry/": kv("/registry/apiextensions.k8s.io/x", "{}") });
    place(1, 1, "know_lists; put_providers 1");
    expect(place(2, 2, "let_read")).toEqual([1, 2, 0]);
  });
  test("that somebody wrote by hand is one that begins with what etcd says", () => {
    etcd({ "keelson/encryption": kv("keelson/encryption", "1") });
    host.write(file, "kind: EncryptionConfiguration\n");
    expect(place(1, 1, "let_read")).toEqual([1, 0]);
  });
  test("reads by every key where etcd is set back, and is not made where there is none", () => {
    etcd({});
    expect(run(host, "read_everything", 2, 2).status).toBe(0);
    expect(host.has(file)).toBe(false);
    expect(place(2, 2, "know_lists; put_providers 2; read_everything")).toEqual([2, 1, 0]);
  });
  test("goes with the master", () => {
    etcd({});
    place(1, 1, "let_read");
    const uses = [Host.script("encryption/providers.sh")];
    host.run({ script: `up() { forget_providers; }`, uses, values: { PROVIDERS: providersFile } });
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
    expect(run(host, "let_read", 1, 1)).toMatchObject({ status: 1 });
    expect(host.has(file)).toBe(false);
  });
});
