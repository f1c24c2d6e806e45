import { rmSync } from "node:fs";
import { join } from "node:path";

import { TestMachine } from "../support/machine";
import { here, root, TestStack, within } from "../support/stack";

const name = "e2e-machines";
const masters = ["master-1", "master-2", "master-3"].map((master) => ({ name: master, roles: ["master", "etcd"] }));
const worker = { name: "worker-1" };
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.12.0/24" },
  machines: [...masters, worker],
  workloads: { nginx: { replicas: 1 } },
});
const container = (machine: string) => `keelson-${name}-${machine}`;
const on = (machine: string) => new TestMachine(container(machine));
const id = (machine: string) =>
  here("docker", "container", "inspect", "--format", "{{.Id}}", container(machine)).trim();
const address = (machine: string) => on(machine).run("hostname -I | tr ' ' '\\n' | grep ^172.31.12");
const kubectl = (args: string) => on("master-1").kubectl(args);
const all = [...masters, worker].map(({ name: machine }) => machine);
const other = "keelson/machine:e2e-machines";

afterAll(async () => {
  await stack.remove();
  here("sh", "-c", `docker rmi ${other} >/dev/null 2>&1 || true`);
});

/** Container, and its disk where that is said, go behind the program's back. */
function lose(machine: string, disk = false): void {
  here("docker", "rm", "--force", container(machine));
  if (disk) here("docker", "volume", "rm", container(machine));
}

const gone = (machine: string) =>
  `${machine}\n  ! its container is gone: it is built again, and joins as the one node it was; what was on its disk is lost`;

/** All machines are ready nodes, each once, nginx answers, and nothing is left to do. */
async function wellAfter(output: string, machines: readonly string[] = all): Promise<void> {
  expect(output).toContain("nginx answers at http://172.31.12.11:30080");
  // Pods that were lost with their machine start again by themselves, and up waits for none of them.
  await within(90, () =>
    here("bash", "-c", "curl -sf --max-time 2 http://172.31.12.11:30080 || true").includes("nginx"),
  );
  const rows = kubectl("get nodes --no-headers").split("\n");
  expect(rows.map((row) => row.split(/\s+/).slice(0, 2).join(" "))).toEqual(
    machines.map((machine) => `${machine} Ready`),
  );
  expect(
    on("master-1")
      .etcdMembers()
      .map(({ status, name, learner }) => `${status} ${name} ${learner}`)
      .sort(),
  ).toEqual(masters.map((master) => `started ${master.name} false`));
  expect(Object.keys((await stack.succeed("preview")).counts)).toEqual(["unchanged"]);
}

/** What nobody may touch keeps its containers and the authorities its certificates are of. */
const untouched = (but: readonly string[] = []) => [
  ...all.filter((machine) => !but.includes(machine)).map((machine) => id(machine)),
  on("master-3").run("sha256sum </etc/kubernetes/pki/ca.crt; sha256sum </etc/etcd/pki/etcd/ca.crt"),
];

test("a first preview makes no key", async () => {
  rmSync(join(root, ".keelson", name), { recursive: true, force: true });
  await stack.succeed("preview");
  expect(here("sh", "-c", `find .keelson/${name} -name '*ed25519*' 2>/dev/null || true`)).toBe("");
});

test("three masters and a worker", async () => {
  await wellAfter((await stack.succeed("up")).output);
});

describe("a container that is gone", () => {
  test("is told, built again, and one node as before: a worker's", async () => {
    const before = untouched(["worker-1"]);
    const uid = kubectl("get node worker-1 -o jsonpath={.metadata.uid}");
    lose("worker-1");
    const { output } = await stack.succeed("preview");
    expect(output).toContain(gone("worker-1"));
    expect(output).not.toContain("authority");
    await wellAfter((await stack.succeed("up")).output);
    expect(kubectl("get node worker-1 -o jsonpath={.metadata.uid}")).not.toBe(uid);
    expect(untouched(["worker-1"])).toEqual(before);
  });

  test("is one member of etcd as before: a master's, with its disk", async () => {
    const before = untouched(["master-2"]);
    lose("master-2", true);
    const { output } = await stack.succeed("preview");
    expect(output).toContain(gone("master-2"));
    expect(output).not.toContain("authority");
    await wellAfter((await stack.succeed("up")).output);
    expect(on("master-2").run("curl -sfk --max-time 3 https://127.0.0.1:6443/readyz")).toBe("ok");
    expect(untouched(["master-2"])).toEqual(before);
  });

  test("comes back after a refresh has dropped it from the state", async () => {
    const before = untouched(["worker-1", "master-1"]);
    lose("worker-1");
    lose("master-1");
    await stack.succeed("refresh");
    expect((await stack.succeed("preview")).output).toContain(gone("worker-1"));
    await wellAfter((await stack.succeed("up")).output);
    expect(untouched(["worker-1", "master-1"])).toEqual(before);
  });
});

describe("another image", () => {
  const withImage = (...machines: readonly string[]) =>
    [...masters, worker].map((machine) => (machines.includes(machine.name) ? { ...machine, image: other } : machine));

  beforeAll(() => here("docker", "tag", "keelson/machine:13", other));

  test("is refused for all machines at once", async () => {
    const before = untouched();
    stack.change({ local: { subnet: "172.31.12.0/24", image: other } });
    const { status, output } = await stack.run("up");
    stack.change({ local: { subnet: "172.31.12.0/24" } });
    expect(status).toBe(2);
    expect(output).toContain("master-1, master-2 and master-3 would be rebuilt at once for another image");
    expect(untouched()).toEqual(before);
  });

  test("is refused for two masters at once", async () => {
    const before = untouched();
    stack.change({ machines: withImage("master-1", "master-2") });
    for (const command of ["preview", "up"]) {
      const { status, output } = await stack.run(command);
      expect(status).toBe(2);
      expect(output).toContain("master-1 and master-2 would be rebuilt at once for another image");
      expect(output).toContain("The safe order: 1. leave local.image as it was");
    }
    expect(untouched()).toEqual(before);
  });

  test("waits until the other members of etcd are well", async () => {
    const before = untouched();
    stack.change({ machines: withImage("master-2") });
    on("master-3").run("systemctl stop etcd");
    const { status, output } = await stack.run("up");
    on("master-3").run("systemctl start etcd");
    expect(status).toBe(2);
    expect(output).toContain("the member of etcd on master-3 is not healthy");
    expect(untouched()).toEqual(before);
  });

  test("is told, and put in place, for one", async () => {
    const before = untouched(["master-2"]);
    expect((await stack.succeed("preview")).output).toContain(
      `master-2\n  ! its image changes from keelson/machine:13 to ${other}: its container and its disk are deleted`,
    );
    await wellAfter((await stack.succeed("up")).output);
    expect(here("docker", "container", "inspect", "--format", "{{.Config.Image}}", container("master-2")).trim()).toBe(
      other,
    );
    expect(untouched(["master-2"])).toEqual(before);
  });
});

test("one is put in first, another leaves from the middle, and nobody else moves", async () => {
  const machines = [...masters.map((master) => (master.name === "master-2" ? { ...master, image: other } : master))];
  stack.change({ machines: [{ name: "worker-0" }, ...machines, worker] });
  await stack.succeed("up");
  const before = untouched();
  expect(address("worker-0")).toBe("172.31.12.15");
  stack.change({ machines: [{ name: "worker-0" }, { name: "worker-2" }, ...machines] });
  await wellAfter((await stack.succeed("up")).output, ["master-1", "master-2", "master-3", "worker-0", "worker-2"]);
  expect(address("worker-2")).toBe("172.31.12.16");
  expect(untouched(["worker-1"])).toEqual(before.filter((one) => one !== before[3]));
});
