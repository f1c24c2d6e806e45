import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { TestMachine } from "../support/machine";
import { dockerObjects, root, TestStack } from "../support/stack";

// The release of Debian before the one that the other suites' machines have, with its own Docker, containerd and systemd.
const name = "e2e-debian12";
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.232.0/24", image: "keelson/machine:12" },
  machines: [{ name: "master-1", roles: ["master", "etcd"] }, { name: "worker-1" }],
  kubernetes: { runtime: "containerd" },
  workloads: { nginx: { image: "nginx:latest", replicas: 2 } },
});
const [master, worker] = ["master-1", "worker-1"].map((machine) => new TestMachine(`keelson-${name}-${machine}`)) as [
  TestMachine,
  TestMachine,
];

beforeAll(() => {
  execFileSync(join(root, "toolchain", "image"), ["12"], { stdio: ["ignore", "ignore", "inherit"] });
});
afterAll(() => stack.remove());

test("machines of Debian 12 become a cluster on containerd, and nginx answers", async () => {
  expect((await stack.succeed("up")).output).toContain("nginx answers at http://172.31.232.11:30080 (200)");
  for (const machine of [master, worker]) expect(machine.run(". /etc/os-release && echo $VERSION_ID")).toBe("12");
  const nodes = master.kubectl("get nodes --no-headers -o custom-columns=:.status.nodeInfo.containerRuntimeVersion");
  expect(nodes).toMatch(/^containerd:\/\/\S+\s+containerd:\/\/\S+$/);
});

test("a second preview has nothing to do", async () => {
  expect(Object.keys((await stack.succeed("preview")).counts)).toEqual(["unchanged"]);
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
