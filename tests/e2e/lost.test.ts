import { TestMachine } from "../support/machine";
import { nameserverLines, OwnMachines } from "../support/ownMachines";
import { here, TestStack, within } from "../support/stack";

const name = "e2e-lost";
const prefix = "172.31.239";
const masters = ["master-1", "master-2", "master-3"];
const names = [...masters, "master-4", "worker-1", "worker-2"];
let own: OwnMachines;
let stack: TestStack;
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);

type More = Readonly<Record<string, unknown>>;

/** Machines as the configuration has them, with what is said of some of them. */
function listed(machines: readonly string[], more: Readonly<Record<string, More>> = {}): readonly More[] {
  return own.machines
    .filter((machine) => machines.includes(machine.name))
    .map((machine) => ({
      ...machine,
      roles: machine.name.startsWith("master") ? ["master", "etcd"] : ["worker"],
      ...more[machine.name],
    }));
}

const settle = (machine: string) => {
  on(machine).run(`printf '%s\\n' '${nameserverLines()}' >/etc/own-resolv.conf`);
  on(machine).run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done");
};

beforeAll(() => {
  own = new OwnMachines(name, prefix, names);
  names.forEach(settle);
  stack = new TestStack(name, {
    provider: "ssh",
    machines: listed([...masters, "worker-1", "worker-2"]),
    kubernetes: {
      runtime: "containerd",
      virtualAddress: `${prefix}.10`,
      kubelet: { configuration: { resolvConf: "/etc/own-resolv.conf" } },
    },
    artifacts: { source: "bundle" },
    workloads: { nginx: { replicas: 2 } },
  });
});

afterAll(async () => {
  await stack.remove();
  own.remove();
});

const kubectl = (args: string) => on("master-3").kubectl(args);
const nodes = () =>
  kubectl("get nodes -o name")
    .split("\n")
    .map((line) => line.replace("node/", ""));

const etcdMembers = () =>
  on("master-3")
    .etcdMembers()
    .map(({ name }) => name)
    .sort();

const kill = (machine: string) => here("docker", "kill", `keelson-${name}-${machine}`);

test("three masters on machines of one's own, with containerd", async () => {
  expect((await stack.succeed("up")).output).toContain("(200)");
  expect(nodes()).toEqual([...masters, "worker-1", "worker-2"]);
  expect(etcdMembers()).toEqual(masters);
});

test("a worker that is lost leaves, while nobody can reach it", async () => {
  kill("worker-2");
  stack.change({ machines: listed([...masters, "worker-1", "worker-2"], { "worker-2": { lost: true } }) });
  const { output } = await stack.succeed("preview");
  expect(output).toContain(
    "worker-2\n  ! is lost: its node is deleted, and its pods start elsewhere; it is not contacted",
  );
  expect((await stack.succeed("up")).output).toContain("(200)");
  expect(nodes()).toEqual([...masters, "worker-1"]);
  await within(60, () => !kubectl("get pods -A -o wide").includes("worker-2"));
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
  // The state has records of it that run nothing, as long as the configuration has its line.
  expect(await stack.succeed("refresh")).toBeDefined();
});

/** It boots again, and its kubelet is kept out. */
async function knocks(machine: string): Promise<void> {
  here("docker", "start", `keelson-${name}-${machine}`);
  settle(machine);
  on(machine).run("systemctl is-active kubelet");
  const refused = "journalctl --no-pager --unit=kubelet --since=-60s | grep 'marked as lost' >/dev/null";
  await within(90, () => on(machine).attempt(refused).status === 0);
}

test("it boots again, is named, and makes no node", async () => {
  await knocks("worker-2");
  expect(nodes()).toEqual([...masters, "worker-1"]);
  expect((await stack.succeed("preview")).output).toContain("is marked as lost, but answers");
  kill("worker-2");
});

test("its line goes, and nothing is left of it", async () => {
  stack.change({ machines: listed([...masters, "worker-1"]) });
  await stack.succeed("up");
  expect(stack.state()).not.toContain("::worker-2-");
});

test("what would cost etcd its quorum is refused before anything is touched, with the safe order", async () => {
  const logins = () => [...masters, "worker-1"].map((machine) => on(machine).logins());
  const before = logins();
  const both = { "master-1": { lost: true }, "master-2": { lost: true } };
  stack.change({ machines: listed([...masters, "worker-1"], both) });
  for (const command of ["preview", "up"]) {
    const { status, output } = await stack.run(command);
    expect(status).toBe(2);
    expect(output).toContain("cannot change like this; nothing was touched");
    expect(output).toContain("etcd has 3 members (master-1, master-2 and master-3)");
    expect(output).toContain("The safe order: start one of master-1 and master-2 again");
    expect(output).toContain("master-1 is marked as lost, but it answers: take it out of machines");
  }
  // A look at each of those that are there, in each of the two runs, and at those that are said not to be.
  expect(logins()).toEqual(before.map((count) => count + 2));
});

test("the first master is lost, and another takes its place in the same change", async () => {
  kill("master-1");
  const machines = listed([...masters, "master-4", "worker-1"], { "master-1": { lost: true } });
  stack.change({ machines });
  expect((await stack.succeed("preview")).output).toContain(
    "etcd\n  ! 3 → 2 → 3 members: master-1, lost, is removed first; master-4 joins as a learner, then with a vote",
  );
  await stack.succeed("up");
  expect(nodes()).toEqual(["master-2", "master-3", "master-4", "worker-1"]);
  expect(etcdMembers()).toEqual(["master-2", "master-3", "master-4"]);
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
  await knocks("master-1");
  expect(nodes()).toEqual(["master-2", "master-3", "master-4", "worker-1"]);
  kill("master-1");
  stack.change({ machines: listed(["master-2", "master-3", "master-4", "worker-1"]) });
  await stack.succeed("up");
  expect(stack.state()).not.toContain("::master-1-");
});

describe("a machine that was rebuilt under its name and address", () => {
  const survivors = ["master-2", "master-3", "master-4", "worker-1"];
  const labelled = () => listed(survivors, { "worker-1": { labels: { disk: "new" } } });

  test("is noticed by its host key and refused, with the way out", async () => {
    stack.change({ machines: labelled(), docker: { daemon: { debug: true } } });
    own.rebuild("worker-1");
    settle("worker-1");
    const { status, output } = await stack.run("up");
    expect(status).toBe(3);
    expect(output).toContain("host key mismatch");
    expect(output).toContain("correct its hostKey");
    expect(on("worker-1").run("ls -A /var/lib/keelson 2>/dev/null || true")).toBe("");
    stack.change({ machines: labelled(), docker: { daemon: {} } });
  });

  test("joins again as the one node it was, once its key is accepted", async () => {
    const uid = kubectl("get node worker-1 -o jsonpath={.metadata.uid}");
    expect((await stack.succeed("preview")).output).toContain("worker-1\n  ! shows another host key");
    await stack.succeed("up");
    expect(nodes()).toEqual(survivors);
    expect(kubectl("get node worker-1 -o jsonpath={.metadata.uid}")).not.toBe(uid);
    expect(kubectl("get node worker-1 -o jsonpath={.metadata.labels.disk}")).toBe("new");
    expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
  });

  test("is a master and a member of etcd again, where it was one", async () => {
    own.rebuild("master-4");
    settle("master-4");
    stack.change({ machines: labelled() });
    await stack.succeed("up");
    expect(nodes()).toEqual(survivors);
    expect(etcdMembers()).toEqual(["master-2", "master-3", "master-4"]);
    expect(on("master-4").run("curl -sfk --max-time 3 https://127.0.0.1:6443/readyz")).toBe("ok");
    expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
  });
});

test("destroy cleans the machines that are there", async () => {
  await stack.succeed("destroy");
  for (const machine of ["master-2", "master-3", "master-4", "worker-1"]) {
    expect(on(machine).run("ls -A /etc/kubernetes /var/lib/keelson 2>/dev/null || true")).toBe("");
    expect(on(machine).run("ps -eo comm= | grep -E 'kube|etcd|docker|containerd' || true")).toBe("");
  }
});
