import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { TestMachine } from "../support/machine";
import { dockerObjects, TestStack } from "../support/stack";

// What is done of a plan: one that was saved, and a part of one.
const name = "e2e-plans";
const machines = [{ name: "master-1", roles: ["master", "etcd"] }, { name: "worker-1" }];
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.236.0/24" },
  machines,
  workloads: { nginx: { image: "nginx:latest", replicas: 2 } },
});
const master = new TestMachine(`keelson-${name}-master-1`);
const scratch = mkdtempSync(join(tmpdir(), "keelson-plans-"));
const clean = ["preview", "--expect-no-changes"];

afterAll(async () => {
  await stack.remove();
  rmSync(scratch, { recursive: true });
});

test("a cluster is built", async () => {
  expect((await stack.succeed("up")).output).toContain("(200)");
});

test("a plan that was saved is what up does, a machine that joins included, and it holds no token", async () => {
  stack.change({ machines: [...machines, { name: "worker-2" }] });
  const plan = join(scratch, "plan.json");
  stack.environment = { PULUMI_EXPERIMENTAL: "true" };
  await stack.succeedPulumi("preview", "--save-plan", plan);
  const output = await stack.succeedPulumi("up", "--yes", "--plan", plan);
  stack.environment = {};
  expect(output).not.toMatch(/TOKEN='[a-z0-9]/);
  expect(master.kubectl("get nodes -o name").split("\n")).toHaveLength(3);
  await stack.succeedPulumi(...clean);
});

const urn = (type: string, resource: string) =>
  `urn:pulumi:${name}::keelson::keelson:index:Cluster$${type}::${resource}`;
const kubelet = urn("keelson:kubelet:Kubelets$command:remote:Command", "worker-1-kubelet");

test("what would lose the cluster is refused also where one resource is the target", async () => {
  stack.change({ kubernetes: { bindPort: 8443, kubelet: { configuration: { maxPods: 100 } } } });
  const { status, output } = await stack.pulumi("up", "--yes", "--skip-preview", "--target", kubelet);
  expect(status).not.toBe(0);
  expect(output).toContain("kubernetes.bindPort is 6443 and cannot become 8443");
  stack.change({ kubernetes: { kubelet: { configuration: { maxPods: 100 } } } });
  await stack.succeedPulumi("up", "--yes", "--skip-preview", "--target", kubelet);
  await stack.succeedPulumi("up", "--yes", "--skip-preview");
  await stack.succeedPulumi(...clean);
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
