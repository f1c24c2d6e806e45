import { TestMachine } from "../support/machine";
import { OwnMachines } from "../support/ownMachines";
import { TestStack } from "../support/stack";

const name = "e2e-endings";
let own: OwnMachines;
let stack: TestStack;
let node: TestMachine;

beforeAll(() => {
  own = new OwnMachines(name, "172.31.246", ["node"]);
  node = new TestMachine(`keelson-${name}-node`);
  node.run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done");
  stack = new TestStack(name, {
    provider: "ssh",
    artifacts: { source: "bundle" },
    machines: own.machines.map((machine) => ({ ...machine, roles: ["master", "etcd", "worker"] })),
  });
});
afterAll(async () => {
  await stack.remove();
  own.remove();
});

test("a mistake in the configuration: 2, and nobody logs in", async () => {
  stack.change({ etcd: { clientPort: 0 } });
  const { status, output } = await stack.run("up");
  stack.change({ etcd: {} });
  expect([status, output]).toEqual([2, expect.stringContaining("etcd.clientPort")]);
  expect(node.logins()).toBe(0);
});

test("a machine whose port is taken: 4, it is named, and nothing is left there", async () => {
  node.run("systemd-run --quiet --unit=taken --socket-property=ListenStream=10250 sleep infinity");
  const { status, output } = await stack.run("up");
  node.run("systemctl stop taken.socket");
  expect(output).toContain("node is not fit, and nothing was changed on it:");
  expect(output).toContain("TCP port 10250 is in use");
  expect(status).toBe(4);
  expect(node.attempt("ls -Ad /etc/kubernetes /etc/etcd /var/lib/docker").stdout).toBe("");
});

test("a machine on which no SSH server listens: 3", async () => {
  node.run("systemctl stop ssh.socket ssh.service");
  const { status, output } = await stack.run("up");
  node.run("systemctl start ssh.service");
  expect(output).toContain("1 machine does not answer");
  expect(status).toBe(3);
});
