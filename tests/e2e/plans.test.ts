import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { TestMachine } from "../support/machine";
import { dockerObjects, killed, TestStack } from "../support/stack";

// What plain pulumi does of a plan: one that was saved, a part of one, and one that was cut off.
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

test("an up that was killed is gone on with, when its lock is given up", async () => {
  stack.change({ machines: [...machines, { name: "worker-2" }, { name: "worker-3" }] });
  const run = stack.startPulumi("up", "--yes", "--skip-preview");
  await new Promise<void>((resolve, reject) => {
    let output = "";
    run.stdout?.on("data", (data: Buffer) => {
      output += data.toString();
      if (/docker:index:Container worker-3 creat/.test(output)) resolve();
    });
    run.on("close", () => reject(new Error(`up ended before worker-3 was made:\n${output}`)));
  });
  await killed(run);
  expect((await stack.pulumi("up", "--yes", "--skip-preview")).output).toContain("pulumi cancel");
  await stack.succeedPulumi("cancel", "--yes");
  await stack.succeedPulumi("up", "--yes", "--skip-preview");
  await stack.succeedPulumi("refresh", "--yes", "--clear-pending-creates");
  await stack.succeedPulumi(...clean);
  expect(master.kubectl("get nodes -o name").split("\n")).toHaveLength(4);
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
