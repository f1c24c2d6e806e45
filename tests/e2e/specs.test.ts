import { spawnSync } from "node:child_process";
import { TestMachine } from "../support/machine";
import { dockerObjects, program, root, TestStack } from "../support/stack";

// A few of Kubernetes' own conformance tests, run as `make conformance` runs all of them.
const name = "e2e-specs";
const machines = [{ name: "master-1", roles: ["master", "etcd"] }, { name: "worker-1" }, { name: "worker-2" }];
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.216.0/24" },
  machines,
  workloads: { nginx: { replicas: 1 } },
});
const imagesOn = (machine: string) =>
  new TestMachine(`keelson-${name}-${machine}`)
    .run('docker image ls --format "{{.Repository}}:{{.Tag}}"')
    .split("\n")
    .sort();

afterAll(() => stack.remove());

const run = (focus: string) => {
  const args = [...program("toolchain/specs/main.ts"), name, "--focus", focus];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  return { status, stdout, said: stdout + stderr };
};

test("specs of each part pass, and machines have no image of theirs afterwards", async () => {
  await stack.succeed("up");
  await stack.succeed("kubeconfig");
  const before = machines.map(({ name }) => imagesOn(name));
  const { status, said } = run(
    String.raw`DNS should provide DNS for the cluster|Services should serve a basic endpoint from pods|` +
      String.raw`Secrets should be consumable from pods in env vars|Daemon set \[Serial\] should run and stop simple daemon`,
  );
  expect(said).toMatch(/^4 specs: 4 passed, 0 passed alone after a failure, 0 failed, 0 skipped$/m);
  expect(status).toBe(0);
  expect(machines.map(({ name }) => imagesOn(name))).toEqual(before);
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
