import { TestMachine } from "../support/machine";
import { dockerObjects, TestStack } from "../support/stack";

const name = "e2e-killed";
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.241.0/24" },
  machines: [{ name: "master-1", roles: ["master", "etcd"] }, { name: "worker-1" }],
});
const master = new TestMachine(`keelson-${name}-master-1`);

afterAll(() => stack.remove());

test.each([
  ["while the machines are made", /done +machines/],
  ["while Docker is installed", /done +preflight +.*-preflight/],
  ["while the master initialises", /done +master +master-authority/],
])("up can be killed %s", async (_when, line) => {
  await stack.killedAt(line);
});

test("and run again, with no hand's help, it converges", async () => {
  const { output } = await stack.succeed("up");
  expect(output).toContain("(200)");
  const ready = master.kubectl("get nodes -o 'jsonpath={.items[*].status.conditions[?(@.type==\"Ready\")].status}'");
  expect(ready).toBe("True True");
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
