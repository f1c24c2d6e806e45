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

afterAll(() => stack.remove());

/** A client like a person's, with the kubeconfig that the stack emits, on this computer. */
const client = [
  `.keelson/${name}/kubectl`,
  "--kubeconfig",
  `.keelson/${name}/kubeconfig`,
  "--request-timeout",
] as const;
const kubectl = (...args: readonly string[]) => here(...client, "3s", ...args);

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

const ready = (node: string) =>
  kubectl("get", "node", node, "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].status}") === "True";

/** When the worker's kubelet last told that it lives. */
const heartbeat = () =>
  kubectl("get", "lease", "-n", "kube-node-lease", worker.name, "-o", "jsonpath={.spec.renewTime}");

const etcdMembers = (master: string) =>
  on(master)
    .etcdMembers()
    .map(({ status, name, learner }) => `${status} ${name} ${learner}`)
    .sort();

const voters = (names: readonly string[]) => names.map((name) => `started ${name} false`);

test("three masters are built, each with a member of etcd", async () => {
  const { output } = await stack.succeed("up");
  expect(output).toContain("(200)");
  await stack.succeed("kubeconfig");
  here(
    "docker",
    "cp",
    "--quiet",
    "--follow-link",
    `${container("master-1")}:/usr/local/bin/kubectl`,
    `.keelson/${name}/kubectl`,
  );
  for (const { name } of [...masters, worker]) expect(ready(name)).toBe(true);
  expect(etcdMembers("master-1")).toEqual(voters(["master-1", "master-2", "master-3"]));
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
  await within(60, () => succeeds(() => etcdMembers(victim)));
});

test("a setting of etcd restarts its members one at a time, and no write is lost", async () => {
  const writes = writer(client);
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

test("the first master and member is replaced by another, and what is not concerned is not touched", async () => {
  const untouched = () => [worker.name, "master-2", "master-3"].map((machine) => on(machine).unitStarts());
  const before = untouched();
  stack.change({ machines: [...masters.slice(1), machine("master", 4), worker] });
  await stack.succeed("up");
  expect(etcdMembers("master-4")).toEqual(voters(["master-2", "master-3", "master-4"]));
  expect(kubectl("get", "nodes", "-o", "name").split("\n")).not.toContain("node/master-1");
  expect(ready("master-4")).toBe(true);
  expect(untouched()).toEqual(before);
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

// Not marked as lost it stays where it has a pod of CoreDNS, which may be anywhere: nobody knows that it does not run.
test("a master that is dead is marked as lost, and replaced by another", async () => {
  here("docker", "kill", container("master-2"));
  const others = [...[3, 4, 5].map((number) => machine("master", number)), worker];
  stack.change({ machines: [{ ...machine("master", 2), lost: true }, ...others] });
  await stack.succeed("up");
  expect(etcdMembers("master-4")).toEqual(voters(["master-3", "master-4", "master-5"]));
  expect(kubectl("get", "nodes", "-o", "name").split("\n")).not.toContain("node/master-2");
  stack.change({ machines: others });
  await stack.succeed("up");
  expect(dockerObjects(name).join()).not.toContain("master-2");
});

test("three masters shrink to one, and the last still has what was written", async () => {
  stack.change({ machines: [machine("master", 4), worker] });
  await stack.succeed("up");
  await stack.succeed("kubeconfig");
  expect(etcdMembers("master-4")).toEqual(voters(["master-4"]));
  expect(kubectl("get", "nodes", "-o", "name").trim().split("\n")).toEqual(["node/master-4", "node/worker-1"]);
  expect(kubectl("get", "configmap", "without-master-1", "-o", "name").trim()).toBe("configmap/without-master-1");
  expect(here("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://172.31.243.14:30080")).toBe("200");
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
