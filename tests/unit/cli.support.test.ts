import { generateKeyPairSync, randomBytes } from "node:crypto";

import { partsIn, partsOfCluster } from "../../cli/support/collect";
import { withoutValues } from "../../cli/support/objects";
import { Redaction, secretsOf } from "../../cli/support/redaction";
import { compose } from "../../components/script/compose";
import { loopbackCertificate } from "../support/certificate";
import { TestApi } from "../support/kubernetesApi";

const marked = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const kept = randomBytes(32).toString("base64");
const password = "Tr0ub4dor-and-more";
const program = compose({
  name: "m-etcd",
  script: "up() {\n  systemctl restart etcd.service\n}",
  secrets: ["CA_KEY", "PASSWORD"],
  values: { CA_KEY: Buffer.from(pem).toString("base64"), PASSWORD: password, ADDRESS: "192.0.2.1" },
});
const deployment = {
  resources: [
    { urn: "a", inputs: { stdin: marked(program) }, outputs: { stdout: marked(`ends 1799999999\nkey ${kept}\n`) } },
    { urn: "b", outputs: { nested: [{ deep: marked({ password: "an-other-canary", port: 6443 }) }] } },
    { urn: "c", outputs: { plain: "https://192.0.2.1:6443" } },
  ],
};
const redaction = new Redaction(secretsOf(deployment), ["4u5x", "longer passphrase"]);
const lines = pem.trim().split("\n").slice(1, -1);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const inLines = (text: string) => (text.match(/.{1,76}/g) ?? []).join("\n");

test("a line of a key is taken out though it has no digit in it, as short ones have none at times", () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${"A1b".repeat(20)}\nBZoDIlBCqRNfzClsuaCLMZA=\n-----END PRIVATE KEY-----\n`;
  expect(new Redaction([key]).of("etcd: BZoDIlBCqRNfzClsuaCLMZA=")).toBe("etcd: [secret]");
});

describe("a secret of the state is taken out", () => {
  test.each<[string, string]>([
    ["as it is", pem],
    ["as a part of JSON", JSON.stringify({ file: pem })],
    ["line by line, among others", lines.map((line, index) => `Nov 26 m etcd[${index}]: ${line}`).join("\n")],
    ["one line of it alone", `x${lines[7] ?? ""}y`],
    ["in base64", base64(pem)],
    ["in base64, without the end of its last line", base64(pem.trim())],
    ["in base64 in lines of 76, without the end of its last line", inLines(base64(pem.trim()))],
    ["in base64 in lines of 76", inLines(base64(pem))],
    ["in base64 in lines of 64", (base64(pem).match(/.{1,64}/g) ?? []).join("\n")],
    ["a token of an output", `Bearer ${kept}`],
    ["a value of a program", `RESTIC=${password}`],
    ["a value of a program in base64", base64(password)],
    ["one that is deep in a value", "login an-other-canary failed"],
    ["a passphrase that a person gave, however short", "uses 4u5x, or longer passphrase"],
  ])("%s", (_, text) => {
    const clean = redaction.of(`before ${text} after`);
    expect(clean).toContain("[secret]");
    expect(clean.startsWith("before ") && clean.endsWith(" after")).toBe(true);
    const secrets = [...lines, kept, password, base64(password), "an-other-canary", "4u5x", "longer passphrase"];
    for (const secret of [...secrets, ...(base64(pem).match(/.{1,40}/g) ?? []).slice(0, -1)]) {
      expect(clean).not.toContain(secret);
    }
  });
});

test.each([
  ["a key that no state knows", "-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----"],
  ["a join token", "kubeadm join --token abcdef.0123456789abcdef"],
  ["a token of a service account", "eyJhbGciOiJSUzI1NiIsImtpZCI6.eyJpc3MiOiJrdWJlcm5ldGVz.c2lnbmF0dXJl"],
  ["one in base64", base64("-----BEGIN EC PRIVATE KEY-----\nMHc\n")],
  ["the key of a kubeconfig", "    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVk"],
])("%s is known by its looks", (_, text) => {
  expect(redaction.of(text)).toContain("[secret]");
  expect(redaction.of(text)).not.toMatch(/MHc|LS0KTUhj|0123456789abcdef|c2lnbmF0dXJl|LS0tLS1CRUdJTiBS/);
});

test.each([
  [
    "a proxy's password in an address",
    'Environment="HTTP_PROXY=http://build:Xk29@proxy.corp:3128"',
    'Environment="HTTP_PROXY=http://[secret]@proxy.corp:3128"',
  ],
  [
    "one in JSON",
    '{"proxies":{"https-proxy":"http://build:Xk29@proxy:3128"}}',
    '{"proxies":{"https-proxy":"http://[secret]@proxy:3128"}}',
  ],
  ["one with an @ in it", "rest:https://me:Xk@29@backup/x@y", "rest:https://[secret]@backup/x@y"],
  ["one without a scheme", "HTTPS_PROXY=build:Xk29@proxy:3128", "HTTPS_PROXY=[secret]@proxy:3128"],
  [
    "a variable of a container",
    '{"name":"POSTGRES_PASSWORD","value":"hunter2-hunter2"}',
    '{"name":"POSTGRES_PASSWORD","value":"[secret]"}',
  ],
  ["one in YAML", "    - name: API_KEY\n      value: hunter2", "    - name: API_KEY\n      value: [secret]"],
])("%s is taken out where it stands", (_, text, clean) => {
  expect(redaction.of(text)).toBe(clean);
});

test("objects are shown without what containers are started with", () => {
  const container = {
    name: "db",
    image: "db:1",
    command: ["db", "--password=hunter2"],
    args: ["hunter2"],
    env: [
      { name: "POSTGRES_PASSWORD", value: "hunter2" },
      { name: "FROM_SECRET", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
    ],
    livenessProbe: { httpGet: { path: "/", httpHeaders: [{ name: "Authorization", value: "hunter2" }] } },
    lifecycle: { preStop: { exec: { command: ["hunter2"] } } },
  };
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"env":"hunter2"}', note: "stays" };
  const pods = { items: [{ metadata: { name: "db-0", annotations }, spec: { containers: [container] } }] };
  const shown = withoutValues(JSON.stringify(pods));
  expect(shown).not.toContain("hunter2");
  for (const kept of ["db-0", "db:1", "POSTGRES_PASSWORD", "secretKeyRef", "Authorization", "stays", "[not shown]"]) {
    expect(shown).toContain(kept);
  }
  expect(withoutValues("[+]ping ok\n")).toBe("[+]ping ok\n");
});

test("what the API tells of pods is shown like that", async () => {
  const api = new TestApi(loopbackCertificate());
  await api.listen();
  const env = [{ name: "A", value: "hunter2" }];
  api.objects.set("/api/v1/pods/db", { spec: { containers: [{ name: "db", env }] } });
  const parts = await partsOfCluster(api.kubeconfig);
  api.close();
  const text = parts.find(({ path }) => path === "cluster/pods.json")?.text;
  expect(text).toContain('"name":"A","value":"[not shown]"');
});

test("what is no secret stays, also where it stands in a program that has some", () => {
  for (const text of [
    "systemctl restart etcd.service",
    "ADDRESS 192.0.2.1 port 6443",
    "ends 1799999999",
    "https://192.0.2.1:6443",
    "https://192.0.2.1:6443/x who@example.com",
    "no_proxy=192.0.2.0/24 who@example.com",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "/var/lib/docker/overlay2/5b4dd1d8f9bbfca7371baf261a12f6407c4e78f25cea39157468caf49ee9f8bc/merged",
    "-----BEGIN CERTIFICATE-----",
  ]) {
    expect(redaction.of(text)).toBe(text);
  }
});

test("ten megabytes are read in seconds", () => {
  const text = "Nov 26 12:00:00 master-1 kubelet[812]: E1126 something or other did not work as it should\n".repeat(
    110_000,
  );
  const began = Date.now();
  expect(redaction.of(text)).toBe(text);
  expect(Date.now() - began).toBeLessThan(20_000);
});

test("a machine's parts are files of their own, and no name leads out of the collection", () => {
  const output = "@@m part a.txt\none\n\n@@m part files/etc/../../x\ntwo\n@@m end\n";
  expect(partsIn(output, "@@m", "w")).toEqual([
    { path: "machines/w/a.txt", text: "one\n\n" },
    { path: "machines/w/files/etc/x", text: "two\n" },
  ]);
});
