import type { Program } from "../support/program";
import { awaitedBy, find, machine, master, run, worker } from "./program.fixture";

let program: Program;
beforeAll(async () => {
  program = await run();
});

describe("order", () => {
  const before = (name: string, type?: string) =>
    awaitedBy(find(program, name, type), program).map((urn) => urn.split("::").pop());
  const preflights = ["master-1-preflight", "worker-1-preflight"];

  test.each([
    ["plan", []],
    ["master-1-preflight", ["plan"]],
    ["worker-1-docker", preflights],
    ["etcd-authority", preflights],
    ["worker-1-kubelet", ["worker-1-docker"]],
    ["master-authority", ["master-1-kubelet"]],
    ["master-1-master", ["master-authority", "master-1-etcd", "etcd-authority"]],
    ["worker-1-member", ["master-1-master", "worker-1-kubelet"]],
    ["worker-1-join", ["worker-1-member", "master-1-master", "worker-1-kubelet"]],
    ["worker-1-ready", ["worker-1-join", "kube-flannel-ds"]],
    ["worker-1-node", ["worker-1-ready"]],
    ["nginx-deployment", ["worker-1-ready"]],
    ["master-1-rollout", ["master-1-ready", "worker-1-ready"]],
    ["worker-1-rollout", ["master-1-rollout"]],
    ["encryption", ["master-1-encryption-write", "encryption-key-1"]],
    ["master-1-encryption-forget", ["encryption", "master-1-master"]],
    ["cluster", ["master-1-master"]],
  ])("%s waits for %j", (name, names) => {
    expect(before(name)).toEqual(expect.arrayContaining(names));
    if (name === "plan") expect(before(name)).toEqual([]);
  });
  test("a node gets its labels as soon as it is there, whatever becomes of the others", () => {
    expect(before("worker-1-node")).not.toContain("master-1-ready");
    expect(before("master-1-node")).not.toContain("worker-1-ready");
  });
  test("whoever resolves names may need any node", () => {
    expect(before("dns")).toEqual(expect.arrayContaining(["master-1-ready", "worker-1-ready"]));
  });
  test("a join that fails finds what deletes its node in the state already", () => {
    expect(before("worker-1-member")).not.toContain("worker-1-join");
  });
  test("the nodes of lost machines go before pods of all nodes are replaced, and machines that join wait for that", async () => {
    const lost = { lost: true };
    const program = await run({
      machines: [
        ...[master, machine("master-2", "192.0.2.3", { roles: ["master"], ...lost })],
        ...[{ ...worker, ...lost }, machine("worker-2", "192.0.2.4")],
      ],
      certificates: { authority: [1, 2] },
    });
    const before = (name: string) => awaitedBy(find(program, name), program).map((urn) => urn.split("::").pop());
    for (const member of ["master-2-member", "worker-1-member"]) {
      expect(before("configuration")).toContain(member);
      expect(before(member)).not.toContain("configuration");
      expect(before(member)).toContain("master-1-master");
    }
    expect(before("worker-2-join")).toContain("configuration");
  });
  test("is kept once: a script names nothing that another one that it names waits for", () => {
    const named = (name: string) => find(program, name).dependsOn.map((urn) => urn.split("::").pop());
    expect(named("worker-1-join").filter((name) => name?.startsWith("worker-1-"))).toEqual(["worker-1-member"]);
    expect(named("worker-1-ready").sort()).toEqual(["kube-flannel-ds", "worker-1-join"]);
  });
});
