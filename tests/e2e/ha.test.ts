import { Client, membersSeenBy, voters } from "../support/client";
import { TestMachine } from "../support/machine";
import { dockerObjects, here, TestStack, within } from "../support/stack";
import { writer } from "../support/writer";

const name = "e2e-ha";
const machine = (role: "master" | "worker", number: number) => ({
  name: `${role}-${number}`,
  roles: role === "master" ? ["master", "etcd"] : ["worker"],
  address: `172.31.243.${(role === "master" ? 10 : 20) + number}`,
});
const worker = machine("worker", 1);
const masters = [1, 2, 3].map((number) => machine("master", number));
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.243.0/24" },
  machines: [...masters, worker],
  workloads: { nginx: { replicas: 1 } },
});
const container = (machine: string) => `keelson-${name}-${machine}`;
const on = (machine: string) => new TestMachine(container(machine));
const client = new Client(name);
const kubectl = (...args: readonly string[]) => client.kubectl(...args);

afterAll(() => stack.remove());

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** When the worker's kubelet last told that it lives. */
const heartbeat = () =>
  kubectl("get", "lease", "-n", "kube-node-lease", worker.name, "-o", "jsonpath={.spec.renewTime}");

test("three masters are built, each with a member of etcd", async () => {
  const { output } = await stack.succeed("up");
  expect(output).toContain("(200)");
  await stack.succeed("kubeconfig");
  client.bring("master-1");
  for (const { name } of [...masters, worker]) expect(client.isReady(name)).toBe(true);
  expect(membersSeenBy(on("master-1"))).toEqual(voters(["master-1", "master-2", "master-3"]));
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test.each(masters.map(({ name }) => name))("%s can die: people and kubelets go on by the others", async (victim) => {
  here("docker", "kill", container(victim));
  const before = Date.now();
  await within(15, () => succeeds(() => kubectl("get", "--raw", "/readyz")));
  await within(15, () => succeeds(() => kubectl("create", "configmap", `without-${victim}`)));
  await within(30, () => succeeds(heartbeat) && Date.parse(heartbeat()) > before);
  await within(10, () => succeeds(() => on(worker.name).run("curl -sfk --max-time 3 https://127.0.0.1:6444/readyz")));
  here("docker", "start", container(victim));
  await within(90, () => succeeds(() => on(victim).run("curl -sfk --max-time 3 https://127.0.0.1:6443/readyz")));
  await within(60, () => succeeds(() => on(victim).etcdMembers()));
});

test("a setting of etcd restarts its members one at a time, and no write is lost", async () => {
  const writes = writer(client.words);
  stack.change({ etcd: { extraArgs: { "snapshot-count": "20000" } } });
  const { counts, output } = await stack.succeed("up");
  // Each member, and that it is seen to be well again. Where a busy computer does not answer the survey in time, the health is looked at.
  const looks = output.match(/^ +changed +cluster +health /gm) ?? [];
  expect(counts).toMatchObject({ changed: 6 + looks.length });
  const { written, refused } = await writes.end();
  const kept = new Set(kubectl("get", "configmaps", "-o", "name").split("\n"));
  expect(written.filter((name) => !kept.has(`configmap/${name}`))).toEqual([]);
  expect(written.length).toBeGreaterThan(20);
  // etcd drops what is on its way to a leader that hands over, and says so after 7 s: one write at most, each time.
  const unforeseen = refused.filter((said) => !said.includes("etcdserver: request timed out"));
  expect({ unforeseen, dropped: refused.length <= masters.length }).toEqual({ unforeseen: [], dropped: true });
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
