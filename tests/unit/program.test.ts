import type * as pulumi from "@pulumi/pulumi";

import { hostKey } from "../golden/topologies";
import { caHash, kubeconfigFor } from "../support/printed";
import type { Program, Registered } from "../support/program";
import { commands, find, forGood, made, privateKey, run, valueOf } from "./program.fixture";

let program: Program;
beforeAll(async () => {
  program = await run();
});

/** The token that a machine is sent. */
const tokenOf = (program: Program, name: string) =>
  /token: (\S+)/.exec(valueOf(find(program, `${name}-join`), "JOIN_CONFIG") ?? "")?.[1] ?? "";

const masterSteps = [
  ...["preflight", "docker", "etcd", "etcd-member", "kubelet"],
  ...["proxy", "master", "approver", "member", "ready", "rollout", "trust"],
  ...["encryption-write", "encryption-forget"],
];
const onOperator = [...forGood, "configuration", "credentials", "dns", "encryption", "health"];
const workerSteps = ["preflight", "docker", "kubelet", "proxy", "join", "member", "ready", "rollout"];

test("every resource has the name that its state is kept under", () => {
  const named = made(program).map(({ type, name }) => `${type.split(":").pop() ?? ""} ${name}`);
  expect(named.sort()).toEqual(
    [
      ...masterSteps.map((step) => `Command master-1-${step}`),
      ...workerSteps.map((step) => `Command worker-1-${step}`),
      ...onOperator.map((name) => `Command ${name}`),
      ...["Namespace kube-flannel", "ConfigMap kube-flannel-cfg", "DaemonSet kube-flannel-ds"],
      ...["ServiceAccount flannel", "ClusterRole flannel", "ClusterRoleBinding flannel"],
      ...[
        "NodePatch master-1-node",
        "NodePatch worker-1-node",
        ...["authorities", "certificates", "identity", "pairs", "plan", "upgrade"].map((name) => `Stash ${name}`),
      ],
      ...["Pod nginx-test", "Deployment nginx-deployment", "Service nginx", "kubernetes cluster"],
    ].sort(),
  );
});

test("steps of two machines have one name in one case, which the configuration refuses", () => {
  const ofOne = commands(program).map(({ name }) => /^(?:master|worker)-1-(.*)$/.exec(name)?.[1] ?? []);
  const steps = [...new Set([...ofOne.flat(), "virtual-address"])];
  const alike = steps.flatMap((step) =>
    steps.filter((other) => step.endsWith(`-${other}`)).map((other) => [step, other]),
  );
  expect(alike).toEqual([["etcd-member", "member"]]);
});

describe("a script", () => {
  test("is asked for by inputs that say nothing of its values", () => {
    const { inputs, ...rest } = find(program, "worker-1-docker");
    expect(inputs).toEqual({
      stdin: expect.stringContaining("readonly SCRIPT='worker-1-docker'") as unknown,
      connection: {
        dialErrorLimit: 9,
        perDialTimeout: 5,
        host: "192.0.2.2",
        port: 22,
        user: "admin",
        privateKey,
        hostKey: hostKey("worker-1"),
      },
      create: "sudo -n bash -s -- up",
      delete: "sudo -n bash -s -- down 00000000",
      logging: "stderr",
      addPreviousOutputInEnv: false,
    });
    expect(rest).toMatchObject({ deleteBeforeReplace: true, ignoreChanges: ["triggers", "update"], deletedWith: "" });
  });
  test("knows the machine that it speaks of, where it begins anew for another one", () => {
    const [first, second] = [hostKey("master-1"), hostKey("worker-1")];
    const triggers = commands(program).flatMap(({ name, inputs: { triggers } }) =>
      triggers ? [[name, triggers]] : [],
    );
    expect(Object.fromEntries(triggers)).toEqual({
      ...{ "worker-1-join": [second] },
      ...Object.fromEntries(forGood.map((name) => [name, [first]])),
    });
  });
  test("runs again, and is not rebuilt, for another machine, unless it is of one moment or for good", () => {
    const kept = Object.fromEntries(commands(program).map(({ name, ignoreChanges }) => [name, ignoreChanges]));
    // Whatever changes: its command with the user, its login, and inputs of releases to come.
    expect(kept).toEqual({
      ...Object.fromEntries(commands(program).map(({ name }) => [name, ["triggers", "update"]])),
      ...Object.fromEntries(forGood.map((name) => [name, ["*"]])),
      ...{ "worker-1-join": ["stdin", "update"] },
    });
    const kind = ({ ignoreChanges }: Registered) => (ignoreChanges.includes("*") ? "for good" : "again");
    const first = commands(program).map((script) => [kind(script), script.deleteBeforeReplace] as const);
    // What is made for good stays in the state until another was made, which its script refuses.
    expect([...new Set(first.map(String))].sort()).toEqual(["again,true", "for good,false"]);
    expect(made(program).filter(({ ignoreChanges }) => ignoreChanges.length > 0)).toEqual([
      ...made(program).filter(
        (one) => /^(cluster|identity|nginx-test|.*-node)$/.test(one.name) || commands(program).includes(one),
      ),
    ]);
  });
  test("is undone when it goes, unless it is of one moment or for good", () => {
    const stays = commands(program).filter(({ inputs }) => inputs.delete === undefined);
    expect(stays.map(({ name }) => name).sort()).toEqual([...[...forGood, "worker-1-join"]]);
    for (const { inputs } of commands(program)) expect(inputs.create).toBe("sudo -n bash -s -- up");
  });
  test("is told of before it runs, by one hook for all", () => {
    const hooks = { create: ["keelson-script"], update: ["keelson-script"] };
    for (const script of commands(program).filter(({ name }) => name !== "worker-1-join")) {
      expect([script.name, script.hooks]).toEqual([script.name, hooks]);
    }
    // Its token is taken back.
    expect(find(program, "worker-1-join").hooks).toEqual({ ...hooks, created: ["keelson-script-done"] });
  });
});

describe("the cluster", () => {
  const objects = () => made(program).filter(({ type }) => type.startsWith("kubernetes:"));

  test("is the same one, however its kubeconfig changes, and whatever its stack is called", () => {
    expect(find(program, "cluster").ignoreChanges).toEqual(["clusterIdentifier"]);
    expect(find(program, "cluster").inputs).toEqual({
      kubeconfig: kubeconfigFor("https://192.0.2.1:6443"),
      clusterIdentifier: "keelson-unit",
      kubeClientSettings: '{"timeout":30}',
      upsertExistingObjects: "true",
      enableConfigMapMutable: "true",
    });
  });
  test("takes everything in it along when it goes, and is the only way in", () => {
    const cluster = find(program, "master-authority").urn;
    expect(objects().length).toBe(11);
    for (const { type, deletedWith, provider } of objects()) {
      if (!type.endsWith("NodePatch")) expect(deletedWith).toBe(cluster);
      expect(provider).toContain(find(program, "cluster").urn);
    }
    for (const name of ["worker-1-member", "master-1-member"]) {
      expect(find(program, name).deletedWith).toBe(cluster);
    }
  });
  test("has a node's labels for as long as the node: a drain that fails finds them, and one that goes takes them", () => {
    const worker = program.resources.find(({ type }) => type === "keelson:worker:Worker");
    expect(find(program, "worker-1-node").deletedWith).toBe(worker?.urn);
    expect(find(program, "master-1-node").deletedWith).toBe(find(program, "master-1-member").urn);
  });
  test("is joined by machines that pin its authority", () => {
    const config = valueOf(find(program, "worker-1-join"), "JOIN_CONFIG");
    const token = tokenOf(program, "worker-1");
    expect(config).toContain(`caCertHashes:\n      - ${caHash}\n`);
    expect(config).toContain(`token: ${token}\n`);
    expect(valueOf(find(program, "worker-1-join"), "TOKEN_ID")).toBe(token.slice(0, 6));
  });
  test("tells where it answers", async () => {
    expect(program.outputs.apiEndpoint).toBe("https://192.0.2.1:6443");
    expect(program.outputs.nginxUrl).toBe("http://192.0.2.1:30080");
    const rows = await new Promise((resolve) => (program.outputs.nodes as pulumi.Output<unknown>).apply(resolve));
    expect(rows).toEqual([
      { name: "master-1", roles: ["master", "etcd"], address: "192.0.2.1", version: "", runtime: "" },
      { name: "worker-1", roles: ["worker"], address: "192.0.2.2", version: "", runtime: "" },
    ]);
  });
});
