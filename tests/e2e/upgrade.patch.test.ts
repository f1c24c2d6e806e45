import { spawnSync } from "node:child_process";

import { failuresOf, hasBenchmark } from "../support/benchmark";
import { figure } from "../support/figures";
import { TestMachine } from "../support/machine";
import { buildTime, bundled, Watch } from "../support/releases";
import { here, program, root, TestStack, within } from "../support/stack";

const name = "e2e-patch";
const [from, to] = ["1.36.1", "1.36.3"];
const [master, worker] = [
  { name: "master-1", roles: ["master", "etcd"] },
  { name: "worker-1", roles: ["worker"] },
];
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.238.0/24" },
  machines: [master, worker],
  kubernetes: { version: from },
  workloads: { nginx: { replicas: 1 } },
});
const container = (machine: { readonly name: string }) => `keelson-${name}-${machine.name}`;
const on = (machine: { readonly name: string }) => new TestMachine(container(machine));
const kubectl = (args: string) => on(master).kubectl(args);
const kubelets = () => kubectl("get nodes -o jsonpath='{.items[*].status.nodeInfo.kubeletVersion}'");
/** Containers of pods that are no part of the control plane, by their starts. */
const podStarts = () => on(worker).run("docker ps --filter name=k8s_nginx --format '{{.Names}}' | sort");

beforeAll(() => {
  bundled(from);
  hasBenchmark();
}, buildTime);
afterAll(() => stack.remove());

test("a cluster is built on an earlier patch release", async () => {
  expect((await stack.succeed("up")).output).toContain("(200)");
  expect(kubelets()).toBe(`v${from} v${from}`);
});

test("a patch release comes by one changed line, is killed at each of its steps, and drains and restarts no pod", async () => {
  const pods = podStarts();
  stack.change({ kubernetes: { version: to } });
  expect((await stack.succeed("preview")).output).toContain(`! Kubernetes: ${from} → ${to}`);
  const watch = new Watch({ [master.name]: container(master) });
  const began = Date.now();
  // Programs and images lie there; then a worker boots: it starts what it ran.
  await stack.killedAt(/changed +kubelets/);
  here("docker", "restart", container(worker));
  await within(120, () => kubectl("get nodes").split(" Ready ").length === 3);
  expect(kubelets()).toBe(`v${from} v${from}`);
  await stack.killedAt(/now +master +master-1-master/);
  await stack.killedAt(/changed +master +master-1-master/);
  await stack.succeed("up");
  figure("seconds of a patch upgrade of two nodes, killed three times", ((Date.now() - began) / 1000).toFixed(0));
  expect(await watch.end()).toEqual([]);
  expect(kubelets()).toBe(`v${to} v${to}`);
  expect(kubectl("get --raw /version")).toContain(`"gitVersion": "v${to}"`);
  expect(kubectl("get daemonset -n kube-system kube-proxy -o jsonpath={..image}")).toMatch(new RegExp(`:v${to}$`));
  // The boot has made them anew, and nothing else.
  expect(podStarts().replace(/\d+$/gm, "")).toBe(pods.replace(/\d+$/gm, ""));
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("and it is as hardened as one that was built so", () => {
  expect(failuresOf(name, [master, worker])).toEqual([]);
});

test(
  "and some of Kubernetes' own conformance tests pass, as make conformance runs all of them, and leave no image",
  async () => {
    await stack.succeed("kubeconfig");
    const images = () =>
      [master, worker].map((one) => on(one).run("docker image ls --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort"));
    const before = images();
    const focus =
      String.raw`DNS should provide DNS for the cluster|Services should serve a basic endpoint from pods|` +
      String.raw`Secrets should be consumable from pods in env vars|Daemon set \[Serial\] should run and stop simple daemon`;
    const args = [...program("toolchain/specs/main.ts"), name, "--focus", focus];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    const summary = /^4 specs: 4 passed, 0 passed alone after a failure, 0 failed, 0 skipped$/m;
    expect([status, stdout + stderr]).toEqual([0, expect.stringMatching(summary)]);
    expect(images()).toEqual(before);
  },
  buildTime,
);
