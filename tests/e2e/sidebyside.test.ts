import { TestMachine } from "../support/machine";
import { dockerObjects, here, TestStack } from "../support/stack";

/** Two stacks whose machines have the same names. */
const [one, other] = [
  { name: "e2e-one", prefix: "172.31.248" },
  { name: "e2e-two", prefix: "172.31.249" },
].map(({ name, prefix }) => ({
  name,
  url: `http://${prefix}.11:30080`,
  stack: new TestStack(name, {
    provider: "local",
    local: { subnet: `${prefix}.0/24` },
    machines: [{ name: "node-1", roles: ["master", "etcd", "worker"] }],
    workloads: { nginx: { replicas: 1 } },
  }),
  machine: new TestMachine(`keelson-${name}-node-1`),
})) as [Side, Side];
const sides = [one, other];

interface Side {
  readonly name: string;
  readonly url: string;
  readonly stack: TestStack;
  readonly machine: TestMachine;
}

// One after the other: what fails of the one must not leave the other.
afterAll(async () => {
  for (const { stack } of sides) await stack.remove();
});

const answer = (url: string) => here("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", url);
const authority = ({ machine }: Side) => machine.run("sha256sum </etc/kubernetes/pki/ca.crt");

test("two stacks with machines of the same names are built at the same time", async () => {
  const runs = await Promise.all(sides.map(({ stack }) => stack.succeed("up")));
  sides.forEach(({ url }, index) => expect(runs[index]?.output).toContain(`nginx answers at ${url} (200)`));
});

test("each is a cluster of its own", () => {
  const nodes = "get nodes -o 'jsonpath={.items[*].metadata.name} {.items[*].status.addresses[0].address}'";
  expect(sides.map(({ machine }) => machine.kubectl(nodes))).toEqual(["node-1 172.31.248.11", "node-1 172.31.249.11"]);
  expect(sides.map(({ url }) => answer(url))).toEqual(["200", "200"]);
  expect(authority(one)).not.toBe(authority(other));
});

test("one that is destroyed leaves the other as it is", async () => {
  const before = other.machine.unitStarts();
  await one.stack.succeed("destroy");
  expect(dockerObjects(one.name)).toEqual([]);
  expect(other.machine.unitStarts()).toBe(before);
  expect(answer(other.url)).toBe("200");
  expect(Object.keys((await other.stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("and nothing is left of either", async () => {
  await other.stack.succeed("destroy");
  for (const { name } of sides) {
    expect(dockerObjects(name)).toEqual([]);
    expect(here("bash", "-c", `ls .keelson | grep -x ${name} || true`)).toBe("");
  }
});
