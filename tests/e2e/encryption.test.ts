import { figure } from "../support/figures";
import { TestMachine } from "../support/machine";
import { S3 } from "../support/s3";
import { SecretsClient } from "../support/secretsClient";
import { killed, TestStack, within } from "../support/stack";

// Secrets are encrypted in etcd, by a key that another takes the place of, while a client reads and writes them by way of every master.
const name = "e2e-encryption";
const subnet = "172.31.199";
const master = (number: number, ...roles: readonly string[]) => ({
  name: `master-${number}`,
  roles: ["master", ...roles],
  address: `${subnet}.${10 + number}`,
});
const masters = [master(1, "etcd"), master(2)];
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: `${subnet}.0/24` },
  machines: masters,
  kubernetes: { security: { encryption: { provider: "identity" } } },
  workloads: { enabled: false },
});
const on = (number: number) => new TestMachine(`keelson-${name}-master-${number}`);
const encryption = (encryption: object) => stack.change({ kubernetes: { security: { encryption } } });
const canary = "canary-in-etcd";

jest.setTimeout(900_000);
let server: S3 | undefined;
afterAll(async () => {
  server?.remove();
  await stack.remove();
});

const pki = "/etc/etcd/pki/etcd";
const keys = `--cacert ${pki}/ca.crt --cert ${pki}/healthcheck-client.crt --key ${pki}/healthcheck-client.key`;
const etcdOfSecrets = `etcdctl --endpoints https://127.0.0.1:2379 ${keys} get /registry/secrets/ --prefix --write-out=fields |
  sed -n 's/^"Value" : "\\(k8s:enc:secretbox:v1:key-[0-9]*\\|k8s\\).*/\\1/p' | sort | uniq -c`;

/** How many Secrets etcd has, by how their values begin. */
function inEtcd(): Readonly<Record<string, number>> {
  const told = on(1).run(etcdOfSecrets);
  const lines = told.split("\n").map((line) => line.trim().split(" "));
  return Object.fromEntries(
    lines.map(([count, value = ""]) => [value.replace("k8s:enc:secretbox:v1:", ""), Number(count)]),
  );
}

/** Who the Secrets are that the client does not write, and what is in them; tokens of joins come and end by themselves. */
const contents = (number = 1) =>
  on(number).kubectl(
    `get secrets -A -l '!written' --field-selector type!=bootstrap.kubernetes.io/token -o 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.metadata.uid} {.type} {.immutable} {.data} {.metadata.labels} {.metadata.managedFields[*].manager}{"\\n"}{end}' | sort | sha256sum`,
  );
const file = (number: number) =>
  on(number).run("grep -oE 'identity|key-[0-9]+' /etc/kubernetes/keelson-encryption/providers.yaml | paste -sd ' '");
/** API servers, by their containers and when they began. */
const servers = () =>
  [1, 2].map((number) =>
    on(number).run(
      "docker inspect --format '{{.Id}} {{.State.StartedAt}}' $(docker ps -q --filter name=k8s_kube-apiserver_)",
    ),
  );

/** Runs something while a client reads and writes Secrets: no request fails, and no API server restarts. */
async function underClient(stage: string, act: () => Promise<unknown>): Promise<void> {
  const before = { servers: servers(), contents: contents() };
  const client = new SecretsClient(
    `keelson-${name}-master-1`,
    masters.map(({ address }) => `https://${address}:6443`),
  );
  const began = Date.now();
  await act();
  figure(`${stage}: seconds`, ((Date.now() - began) / 1000).toFixed(0));
  const { written, failures } = await client.end();
  figure(`${stage}: Secrets written and read meanwhile, and what failed`, `${written}, ${failures.length}`);
  expect(failures).toEqual([]);
  expect(written).toBeGreaterThan(10);
  expect({ servers: servers(), contents: contents() }).toEqual(before);
  expect(Number(on(2).kubectl(`get secrets -l written=${client.id} -o name | wc -l`))).toBe(written);
  on(1).kubectl(`delete secrets -l written=${client.id} --wait=false >/dev/null`);
}

const settled = async () => expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);

test("a cluster begins without, and its Secrets are there to be read", async () => {
  await stack.succeed("up");
  on(1).run(`cd /run && head -c 2000 /dev/urandom >binary
    k() { kubectl --kubeconfig /etc/kubernetes/admin.conf "$@" >/dev/null; }
    for i in $(seq 1 120); do echo "--- {apiVersion: v1, kind: Secret, metadata: {name: many-$i}, stringData: {key: ${canary}-$i}}"; done |
      sed 's/^--- /---\\n/' | k create -f -
    k create namespace other
    k create secret generic binary --from-file=binary --namespace other
    k create secret generic fixed --from-literal=key=${canary}
    k patch secret fixed -p '{"immutable": true}'`);
  expect(inEtcd()).toEqual({ k8s: expect.any(Number) as number });
  expect([file(1), file(2)]).toEqual(["identity", "identity"]);
});

test("one line encrypts them all, and nothing restarts", async () => {
  encryption({ provider: "secretbox" });
  const { output } = await stack.succeed("preview");
  expect(output).toMatch(/Secrets: are encrypted in etcd with the key 1, which the state has.*No API server restarts/);
  await underClient("encrypting", () => stack.succeed("up"));
  expect(Object.keys(inEtcd())).toEqual(["key-0001"]);
  expect([file(1), file(2)]).toEqual(["key-0001", "key-0001"]);
  expect(on(1).attempt(`grep -qa ${canary} /var/lib/etcd/member/snap/db`).status).toBe(0);
  expect(on(1).run("stat -c %a /etc/kubernetes/keelson-encryption/providers.yaml")).toBe("600");
  await settled();
});

/** What a stack says of backups that go to S3. */
let backup: object;

test("a backup of then, with Secrets by the first key, goes to S3", async () => {
  server = await S3.at(`${subnet}.1`);
  const [password, accessKey, secretKey] = ["password", "access", "secret"].map((text) => stack.encrypted(text));
  backup = { to: `s3:${server.url}/etcd`, password, accessKey, secretKey, every: "12h" };
  stack.change({ etcd: { backup } });
  await stack.succeed("up");
  const began = Date.now();
  await stack.succeed("backup");
  figure("a backup now, to S3, with its verification", `${Math.round((Date.now() - began) / 1000)} s`);
  expect((await stack.succeed("status")).output).toMatch(/a backup was restored to verify it at/);
});

test("another key takes its place by a run that is killed, and by the next, in which a master joins", async () => {
  encryption({ generation: 2 });
  expect((await stack.succeed("preview")).output).toMatch(
    /Secrets: are encrypted in etcd with the key 2 in place of 1: all are written again.*No API server restarts/,
  );
  await underClient("another key", async () => {
    const run = stack.start("up");
    await within(300, () => run.exitCode !== null || file(1).startsWith("key-0002"));
    await killed(run);
    expect(file(1)).toBe("key-0002 key-0001 identity");
    stack.change({ machines: [...masters, master(3)] });
    await stack.succeed("up");
  });
  expect(Object.keys(inEtcd())).toEqual(["key-0002"]);
  expect([1, 2, 3].map(file)).toEqual(["key-0002", "key-0002", "key-0002"]);
  expect(contents(3)).toBe(contents(1));
  await settled();
});

test("no key is in a log, a process list, or the state in clear; a number never becomes lower", async () => {
  const keys = on(1).run("sed -n 's/.*secret: \\([^ ]*\\) .*/\\1/p' /etc/kubernetes/keelson-encryption/providers.yaml");
  expect(keys).toHaveLength(44);
  expect(stack.state()).not.toContain(keys);
  for (const number of [1, 2, 3]) {
    expect(on(number).run(`grep -rlF '${keys}' /etc /var/log /var/lib/keelson /run 2>/dev/null || true`)).toBe(
      "/etc/kubernetes/keelson-encryption/providers.yaml",
    );
  }
  encryption({ generation: 1 });
  const run = await stack.run("preview");
  expect(run.status).toBe(2);
  expect(run.output).toContain("generation is 2 and cannot become 1");
  encryption({ generation: 2 });
});

test("etcd is set back to the backup of before: its Secrets are by the first key, are read, and are written by the second", async () => {
  const [, snapshot = ""] = on(1).run("cat /var/lib/keelson/backup/newest").split(" ");
  const then = contents();
  on(1).kubectl(`create secret generic later --from-literal=key=${canary}-later`);
  stack.change({ etcd: { backup, restore: { snapshot: snapshot.slice(0, 8), generation: 1 } } });
  expect((await stack.succeed("preview")).output).toContain("what was written since is lost");
  const run = stack.start("up");
  for (const stream of [run.stdout, run.stderr]) stream?.resume();
  const seen: string[] = [];
  await within(600, () => {
    seen.push(on(1).attempt(etcdOfSecrets).stdout);
    return run.exitCode !== null;
  });
  expect(run.exitCode).toBe(0);
  expect(seen.some((told) => told.includes("key-0001"))).toBe(true);
  expect(Object.keys(inEtcd())).toEqual(["key-0002"]);
  expect([1, 2, 3].map(file)).toEqual(["key-0002", "key-0002", "key-0002"]);
  expect(contents(3)).toBe(then);
  await settled();
});

test("they are decrypted again by one line", async () => {
  encryption({ provider: "identity", generation: 2 });
  await underClient("decrypting", () => stack.succeed("up"));
  expect(Object.keys(inEtcd())).toEqual(["k8s"]);
  await settled();
});
