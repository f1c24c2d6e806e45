import { hostKey } from "../golden/topologies";
import type { Program } from "../support/program";
import { awaitedBy, changes, find, machine, master, run, valueOf, worker } from "./program.fixture";

let program: Program;
beforeAll(async () => {
  program = await run();
});

describe("a change touches", () => {
  const after = async (more: Parameters<typeof run>[0]) => changes(program, await run(more));
  const changed = (more: object) => ({ machines: [master, { ...worker, ...more }] });

  test("nothing, where there is none", async () => expect(await after({})).toEqual([]));
  test("no other machine, where a worker is added", async () => {
    const steps = ["docker", "join", "kubelet", "member", "node", "preflight", "proxy", "ready", "rollout"];
    const machines = [master, worker, machine("worker-2", "192.0.2.3")];
    expect(await after({ machines })).toEqual([
      ...steps.map((step) => `+worker-2-${step}`),
      // Certificates are approved for its kubelet from now on.
      ...["~health", "~master-1-approver", "~master-1-trust", "~pairs", "~plan"],
    ]);
  });
  test("the Deployment alone, where replicas change", async () => {
    expect(await after({ workloads: { nginx: { replicas: 7 } } })).toEqual(["~nginx-deployment"]);
  });
  test("flannel's settings and the pods that read them, where it has another MTU", async () => {
    expect(await after({ flannel: { mtu: 1400 } })).toEqual(["~kube-flannel-cfg", "~kube-flannel-ds"]);
  });
  test("one node alone, where a label or an annotation changes", async () => {
    const more = { labels: { "example.com/disk": "ssd" }, annotations: { "example.com/owner": "us" } };
    expect(await after(changed(more))).toEqual(["~worker-1-node"]);
  });
  test("a node, and what lets pods come to it, where a taint or a cordon changes", async () => {
    const taints = [{ key: "dedicated", value: "db", effect: "NoSchedule" }];
    const labels = { "example.com/disk": "ssd" };
    const annotations = { "example.com/owner": "us" };
    // On no node nginx could run.
    const without = { workloads: { enabled: false } };
    const more = await run({ ...changed({ labels, annotations, taints, unschedulable: true }), ...without });
    expect(changes(await run(without), more)).toEqual(["~worker-1-node", "~worker-1-ready"]);
    expect(find(more, "worker-1-node").inputs).toEqual({
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: "worker-1",
        labels: { "node-role.kubernetes.io/worker": "", ...labels },
        annotations: { "pulumi.com/patchForce": "true", "keelson.io/machine": hostKey("worker-1"), ...annotations },
      },
      spec: { taints, unschedulable: true },
    });
  });
  test("a master and its node, where it is to take pods", async () => {
    const more = await run({ machines: [{ ...master, taints: [] }, worker] });
    expect(changes(program, more)).toEqual(["~configuration", "~master-1-master", "~master-1-node"]);
    expect(valueOf(find(more, "master-1-master"), "TAKES_PODS")).toBe("true");
  });
  test("one kubelet alone, and its turn to restart, where allocatable changes", async () => {
    const more = await run(changed({ allocatable: { cpu: "1500m", memory: "2Gi" } }));
    expect(changes(program, more)).toEqual(["~worker-1-kubelet", "~worker-1-rollout"]);
    expect(valueOf(find(more, "worker-1-kubelet"), "ALLOCATABLE_MILLICPU")).toBe("1500");
    expect(valueOf(find(more, "worker-1-kubelet"), "ALLOCATABLE_BYTES")).toBe(String(2 * 1024 ** 3));
  });
  test("kubelets, their turns to restart, and what the cluster tells machines that join, where a kubelet's field changes", async () => {
    const kubelet = { configuration: { maxPods: 50 } };
    const machines = ["master-1", "worker-1"];
    // kubeadm init is the script of a master, and does not run again.
    const expected = ["~configuration", ...machines.flatMap((name) => [`~${name}-kubelet`, `~${name}-rollout`])];
    const more = await run({ kubernetes: { kubelet } });
    expect(changes(program, more)).toEqual(expected);
    expect(valueOf(find(more, "configuration"), "KUBELET_DEFAULTS")).toContain("maxPods: 50\n");
  });
  test("Docker alone, and everyone's turn to restart, where its settings change", async () => {
    const docker = { daemon: { "live-restore": false } };
    const machines = ["master-1", "worker-1"];
    expect(await after({ docker })).toEqual(machines.flatMap((name) => [`~${name}-docker`, `~${name}-rollout`]));
  });
  test("everything on a machine, where another one stands in its place", async () => {
    const more = await run(changed({ ssh: { hostKey: hostKey("another") } }));
    const steps = ["docker", "join", "kubelet", "node", "preflight", "proxy", "ready", "rollout"];
    expect(changes(program, more)).toEqual(["~pairs", "~plan", ...steps.map((step) => `~worker-1-${step}`)]);
    expect(find(more, "worker-1-node").inputs).toMatchObject({
      metadata: { annotations: { "keelson.io/machine": hostKey("another") } },
    });
    // Only what is of one moment is done anew; everything else is an update, which converges from nothing.
    const replaced = steps.filter((step) => {
      const { inputs, ignoreChanges } = find(more, `worker-1-${step}`);
      return inputs.triggers !== undefined && !ignoreChanges.includes("triggers");
    });
    expect(replaced).toEqual(["join"]);
  });
  test("what runs on a machine, and no node, where it is logged in another way", async () => {
    const more = await run(changed({ ssh: { hostKey: hostKey("worker-1"), host: "worker-1.example.com" } }));
    const steps = ["docker", "join", "kubelet", "preflight", "proxy", "rollout"];
    expect(changes(program, more)).toEqual(steps.map((step) => `~worker-1-${step}`));
  });
});

test("no workload is there where none is wanted", async () => {
  const none = await run({ workloads: { enabled: false } });
  expect(changes(program, none)).toEqual(["-nginx", "-nginx-deployment", "-nginx-test", "~health"]);
  expect(none.outputs.nginxUrl).toBeUndefined();
});

describe("several masters", () => {
  const [first, second, third] = [1, 2, 3].map((number) =>
    machine(`master-${number}`, `192.0.2.1${number}`, { roles: ["master", "etcd"] }),
  );
  const kubernetes = { virtualAddress: "192.0.2.10" };
  const of = (...masters: readonly unknown[]) => run({ machines: [...masters, worker], kubernetes });

  test("are made one after the other, each with its part of their common address", async () => {
    const ha = await of(first, second, third);
    const waits = (name: string) => awaitedBy(find(ha, name), ha);
    for (const name of ["master-1", "master-2", "master-3"]) {
      expect(waits(`${name}-virtual-address`)).toContain(find(ha, `${name}-master`).urn);
    }
    expect(waits("master-2-master")).toContain(find(ha, "master-1-virtual-address").urn);
    expect(waits("master-3-master")).toContain(find(ha, "master-2-virtual-address").urn);
  });
  test("await etcd's members when all of them are started, and only then", async () => {
    const ha = await of(first, second, third);
    const names = ["master-1", "master-2", "master-3"];
    const started = names.map((name) => find(ha, `${name}-etcd`));
    for (const name of names) {
      const waits = awaitedBy(find(ha, `${name}-etcd-member`), ha);
      for (const member of started) expect([name, waits]).toEqual([name, expect.arrayContaining([member.urn])]);
      for (const other of started) expect(find(ha, `${name}-etcd`).dependsOn).not.toContain(other.urn);
      const awaited = names.map((name) => find(ha, `${name}-etcd-member`).urn);
      expect(awaitedBy(find(ha, `${name}-master`), ha)).toEqual(expect.arrayContaining(awaited));
    }
  });
  test("see a member of etcd to be well again after each change of it", async () => {
    const ha = await of(first, second, third);
    const etcd = { extraArgs: { "snapshot-count": 5000 } };
    const steps = ["master-1", "master-2", "master-3"].flatMap((name) => [`~${name}-etcd`, `~${name}-etcd-member`]);
    const changed = changes(ha, await run({ machines: [first, second, third, worker], kubernetes, etcd }));
    expect(changed).toEqual(steps);
  });
});
