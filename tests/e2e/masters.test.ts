import { Client, membersSeenBy, voters } from "../support/client";
import { TestMachine } from "../support/machine";
import { dockerObjects, here, TestStack } from "../support/stack";

// Masters that come and go, one of them dead; what a cluster does without one is seen in the suite "ha".
const name = "e2e-masters";
const machine = (role: "master" | "worker", number: number) => ({
  name: `${role}-${number}`,
  roles: role === "master" ? ["master", "etcd"] : ["worker"],
  address: `172.31.227.${(role === "master" ? 10 : 20) + number}`,
});
const worker = machine("worker", 1);
const masters = [1, 2, 3].map((number) => machine("master", number));
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.227.0/24" },
  machines: [...masters, worker],
  workloads: { nginx: { replicas: 1 } },
});
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const client = new Client(name);

afterAll(() => stack.remove());

test("three masters are built", async () => {
  await stack.succeed("up");
  await stack.succeed("kubeconfig");
  client.bring("master-1");
  client.kubectl("create", "configmap", "from-the-beginning");
});

test("the first master and member is replaced by another, and what is not concerned is not touched", async () => {
  const untouched = () => [worker.name, "master-2", "master-3"].map((machine) => on(machine).unitStarts());
  const before = untouched();
  stack.change({ machines: [...masters.slice(1), machine("master", 4), worker] });
  await stack.succeed("up");
  expect(membersSeenBy(on("master-4"))).toEqual(voters(["master-2", "master-3", "master-4"]));
  expect(client.nodes()).not.toContain("node/master-1");
  expect(client.isReady("master-4")).toBe(true);
  expect(untouched()).toEqual(before);
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

// Not marked as lost it stays where it has a pod of CoreDNS, which may be anywhere: nobody knows that it does not run.
test("a master that is dead is marked as lost, and replaced by another", async () => {
  here("docker", "kill", `keelson-${name}-master-2`);
  const others = [...[3, 4, 5].map((number) => machine("master", number)), worker];
  stack.change({ machines: [{ ...machine("master", 2), lost: true }, ...others] });
  await stack.succeed("up");
  expect(membersSeenBy(on("master-4"))).toEqual(voters(["master-3", "master-4", "master-5"]));
  expect(client.nodes()).not.toContain("node/master-2");
  stack.change({ machines: others });
  await stack.succeed("up");
  expect(dockerObjects(name).join()).not.toContain("master-2");
});

test("three masters shrink to one, and the last still has what was written", async () => {
  stack.change({ machines: [machine("master", 4), worker] });
  await stack.succeed("up");
  await stack.succeed("kubeconfig");
  expect(membersSeenBy(on("master-4"))).toEqual(voters(["master-4"]));
  expect(client.nodes()).toEqual(["node/master-4", "node/worker-1"]);
  expect(client.kubectl("get", "configmap", "from-the-beginning", "-o", "name").trim()).toBe(
    "configmap/from-the-beginning",
  );
  expect(here("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://172.31.227.14:30080")).toBe("200");
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
