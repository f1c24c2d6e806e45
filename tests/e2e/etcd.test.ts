import { TestMachine } from "../support/machine";
import { dockerObjects, here, TestStack, within } from "../support/stack";

const name = "e2e-etcd";
const member = (number: number) => ({ name: `etcd-${number}`, roles: ["etcd"], address: `172.31.238.${20 + number}` });
const master = (number: number) => ({
  name: `master-${number}`,
  roles: ["master"],
  address: `172.31.238.${10 + number}`,
});
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.238.0/24" },
  machines: [master(1), ...[1, 2, 3].map(member)],
  kubernetes: { virtualAddress: "172.31.238.9" },
  workloads: { enabled: false },
});
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const kubectl = (args: string) => on("master-1").kubectl(`--request-timeout 5s ${args}`);

afterAll(() => stack.remove());

const change = (masters: readonly number[], members: readonly number[]) =>
  stack.change({ machines: [...masters.map(master), ...members.map(member)] });

/** The members as one of them knows them: "etcd-1 voter". */
const members = (asked: string) =>
  on(asked)
    .etcdMembers()
    .map(({ name, learner }) => `${name} ${learner === "false" ? "voter" : "learner"}`)
    .sort();

const voters = (...numbers: readonly number[]) => numbers.map((number) => `etcd-${number} voter`);

function writes(what: string): boolean {
  try {
    return kubectl(`create configmap ${what}`).includes("created");
  } catch {
    return false;
  }
}

const unchanged = async () => expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);

test("members of etcd have machines of their own", async () => {
  await stack.succeed("up");
  expect(members("etcd-2")).toEqual(voters(1, 2, 3));
  expect(kubectl("get nodes -o name")).toBe("node/master-1");
  expect(on("etcd-1").attempt("systemctl is-active kubelet").status).not.toBe(0);
  await unchanged();
});

test("one of three can die, and what is written is there when it is back", async () => {
  here("docker", "kill", `keelson-${name}-etcd-1`);
  await within(20, () => writes("without-etcd-1"));
  // Nobody can join meanwhile, and nothing is touched.
  change([1], [1, 2, 3, 4, 5]);
  const { status, output } = await stack.run("up");
  expect([3, 4]).toContain(status);
  expect(output).toMatch(/etcd adds no member at https:\/\/172\.31\.238\.24:2380 while etcd-1 does not answer/);
  expect(output).toContain("The safe order: start etcd-1, or mark it as lost");
  expect(members("etcd-2")).toEqual(voters(1, 2, 3));
  change([1], [1, 2, 3]);
  here("docker", "start", `keelson-${name}-etcd-1`);
  await within(60, () => on("etcd-1").attempt("systemctl is-active etcd").status === 0);
  await within(60, () => members("etcd-1").length === 3);
  await stack.succeed("up");
});

test("the first is replaced by another, and the others are not touched", async () => {
  const untouched = () => ["etcd-2", "etcd-3", "master-1"].map((machine) => on(machine).unitStarts());
  const before = untouched();
  change([1], [2, 3, 4]);
  const { output } = await stack.succeed("preview");
  expect(output).toContain("etcd\n  ! 3 → 4 → 3 members: etcd-4 joins as a learner, then with a vote; etcd-1 leaves");
  await stack.succeed("up");
  expect(members("etcd-4")).toEqual(voters(2, 3, 4));
  expect(untouched()).toEqual(before);
  expect(dockerObjects(name).join()).not.toContain("etcd-1");
  await unchanged();
});

test("all of them cannot be replaced at once: the safe order is told", async () => {
  change([1], [6, 7, 8]);
  const { status, output } = await stack.run("preview");
  expect(status).toBe(2);
  expect(output).toContain("no member would be left to replicate its data from");
});

test("three become one, and one becomes three", async () => {
  change([1], [4]);
  await stack.succeed("up");
  expect(members("etcd-4")).toEqual(voters(4));
  change([1], [4, 5, 6]);
  await stack.succeed("up");
  expect(members("etcd-4")).toEqual(voters(4, 5, 6));
  expect(kubectl("get configmap without-etcd-1 -o name")).toBe("configmap/without-etcd-1");
  await unchanged();
});

test("one master becomes three, and the first is taken out", async () => {
  change([1, 2, 3], [4, 5, 6]);
  await stack.succeed("up");
  change([2, 3], [4, 5, 6]);
  await stack.succeed("up");
  expect(on("master-3").kubectl("get nodes -o name").split("\n")).toEqual(["node/master-2", "node/master-3"]);
  await unchanged();
});

test("destroy leaves nothing, also when a machine is gone", async () => {
  here("docker", "kill", `keelson-${name}-etcd-5`);
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
