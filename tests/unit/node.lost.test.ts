import { hostKey, small } from "../golden/topologies";
import { runProgram, type Program, type Registered } from "../support/program";
import { awaitedBy, commands, find, machine, made, privateKey, run, valueOf, type Raw } from "./program.fixture";

const roles = ["master", "etcd"];
const masters = [1, 2, 3].map((number) => machine(`master-${number}`, `192.0.2.1${number}`, { roles }));
const workers = [1, 2].map((number) => machine(`worker-${number}`, `192.0.2.2${number}`));
const all = [...masters, ...workers];
const kubernetes = { virtualAddress: "192.0.2.10" };
const without = (...names: readonly string[]) =>
  run({ machines: all.map((one) => (names.includes(String(one.name)) ? { ...one, lost: true } : one)), kubernetes });

let live: Program;
beforeAll(async () => {
  live = await run({ machines: all, kubernetes });
});

const urns = (program: Program) => made(program).map(({ urn }) => urn);
const missing = (from: Program, than: Program) =>
  urns(than)
    .filter((urn) => !urns(from).includes(urn))
    .map((urn) => urn.split("::").pop() ?? "");
const host = ({ inputs }: Registered) => (inputs.connection as { readonly host: string }).host;
const namesAt = (program: Program, address: string) =>
  commands(program)
    .filter((script) => host(script) === address)
    .map(({ name }) => name)
    .sort();
/** What the package adds to a connection that says no more than where it leads. */
const nothingMore = { port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 };
const forgotten = (host: string): Raw => ({
  connection: { host, ...nothingMore },
  triggers: ["lost"],
  addPreviousOutputInEnv: false,
});
const login = (name: string, host: string): Raw => ({
  ...{ host, port: 22, user: "admin", privateKey, hostKey: hostKey(name) },
  ...{ dialErrorLimit: 9, perDialTimeout: 5 },
});
/** What a script asks for that is undone at once, by way of another machine, and never again. */
const undone = (by: string, address: string): Raw => ({
  connection: login(by, address),
  create: "sudo -n bash -s -- down",
  stdin: expect.any(String) as unknown,
  logging: "stderr",
  addPreviousOutputInEnv: false,
});

describe("a worker that is lost", () => {
  let program: Program;
  beforeAll(async () => {
    program = await without("worker-2");
  });
  const steps = ["docker", "join", "kubelet", "preflight", "proxy", "rollout"].map((step) => `worker-2-${step}`);

  test("has the resources that it had, whose records are taken over, but for what its node was given", () => {
    expect(missing(program, live)).toEqual(["worker-2-node"]);
    expect(missing(live, program)).toEqual([]);
  });
  test("is not contacted: nothing that ran on it runs again, or is undone there", () => {
    expect(namesAt(program, "192.0.2.22")).toEqual(steps);
    for (const name of steps) expect([name, find(program, name).inputs]).toEqual([name, forgotten("192.0.2.22")]);
  });
  test("is awaited no more", () => {
    expect(find(program, "worker-2-ready").inputs).toEqual(forgotten("192.0.2.11"));
  });
  test("is deleted from the cluster by a master", () => {
    const { inputs, ignoreChanges, deletedWith } = find(program, "worker-2-member");
    expect(inputs).toEqual(undone("master-1", "192.0.2.11"));
    expect(["NODE", "LOST"].map((name) => valueOf(find(program, "worker-2-member"), name))).toEqual([
      "worker-2",
      "worker",
    ]);
    expect(awaitedBy(find(program, "worker-2-member"), program)).toContain(find(program, "master-1-master").urn);
    expect(ignoreChanges).toEqual(["triggers"]);
    expect(deletedWith).toBe(find(program, "master-authority").urn);
  });
  test("changes nothing on the machines that are there", () => {
    const others = made(program).filter(
      // An identity is another one in each run, and what the state keeps of it is the first.
      ({ name }) => !name.startsWith("worker-2-") && !["plan", "pairs", "identity", "health"].includes(name),
    );
    const changed = others.filter(({ urn, name, inputs }) => {
      if (name.endsWith("-join")) return false;
      const before = made(live).find((resource) => resource.urn === urn);
      return JSON.stringify(before?.inputs) !== JSON.stringify(inputs);
    });
    // No certificate is approved for its kubelet any more.
    const masters = ["master-1", "master-2", "master-3"];
    expect(changed.map(({ name }) => name)).toEqual([
      ...masters.map((name) => `${name}-approver`),
      ...masters.map((name) => `${name}-trust`),
    ]);
  });
});

describe.each([
  ["master-3", "192.0.2.13", "master-1", "192.0.2.11"],
  ["master-1", "192.0.2.11", "master-2", "192.0.2.12"],
])("%s, a master with a member of etcd that is lost,", (name, address, by, byAddress) => {
  let program: Program;
  beforeAll(async () => {
    program = await without(name);
  });
  const steps = [
    ...[
      "approver",
      "docker",
      "encryption-forget",
      "encryption-write",
      "etcd",
      "kubelet",
      "master",
      "preflight",
      "proxy",
      "rollout",
      "trust",
      "virtual-address",
    ],
  ];

  test("has the resources that it had, whose records are taken over, but for what its node was given", () => {
    expect(missing(program, live)).toEqual([`${name}-node`]);
    expect(missing(live, program)).toEqual([]);
  });
  test("is not contacted: nothing that ran on it runs again, or is undone there", () => {
    expect(namesAt(program, address)).toEqual(steps.map((step) => `${name}-${step}`));
    for (const step of steps) {
      expect([step, find(program, `${name}-${step}`).inputs]).toEqual([step, forgotten(address)]);
    }
  });
  test("is deleted from the cluster by a master that is there, and its member by a member that is there", () => {
    for (const step of ["member", "etcd-member"]) {
      const script = find(program, `${name}-${step}`);
      expect([step, script.inputs]).toEqual([step, undone(by, byAddress)]);
      expect(script.ignoreChanges).toEqual(["triggers"]);
    }
    const others = ["master-1", "master-2", "master-3"].filter((other) => other !== name);
    const urls = others.map((other) => `'${other} https://192.0.2.1${other.at(-1) ?? ""}:2379'`);
    expect(valueOf(find(program, `${name}-etcd-member`), "PEERS")).toBe(urls.join(" "));
    expect(valueOf(find(program, `${name}-etcd-member`), "PEER_URL")).toBe(`https://${address}:2380`);
    expect(valueOf(find(program, `${name}-member`), "LOST")).toBe("master");
    expect(find(program, `${name}-etcd-member`).dependsOn).toContain(find(program, `${by}-etcd`).urn);
  });
  test("is no member that others know of, and no way of anybody", () => {
    const scripts = commands(program).filter((script) => script.name !== `${name}-etcd-member`);
    for (const script of scripts) {
      expect([script.name, JSON.stringify(script.inputs).includes(`https://${address}:`)]).toEqual([
        script.name,
        false,
      ]);
    }
  });
});

test("two machines may be lost at once", async () => {
  const program = await without("master-2", "worker-1");
  expect(missing(program, live).sort()).toEqual(["master-2-node", "worker-1-node"]);
  expect(missing(live, program)).toEqual([]);
  for (const name of ["master-2-etcd-member", "master-2-member", "worker-1-member"]) {
    expect([name, host(find(program, name))]).toEqual([name, "192.0.2.11"]);
  }
});

describe("containers that are lost", () => {
  const { machines, ...rest } = small as { readonly machines: readonly Raw[] };
  const etcd = ["one", "two"].map((name) => ({ name, roles: ["etcd"] }));
  const local = (...names: readonly string[]) =>
    runProgram("lost", {
      ...rest,
      machines: [...machines, ...etcd].map((one) => (names.includes(String(one.name)) ? { ...one, lost: true } : one)),
    });
  const of = (program: Program, name: string) =>
    made(program)
      .filter((resource) => resource.name === name || resource.name.startsWith(`${name}-`))
      .map((resource) => resource.name)
      .sort();

  test("go, and only what speaks of their membership is there", async () => {
    const [whole, program] = [await local(), await local("worker-2", "two")];
    expect(missing(whole, program)).toEqual([]);
    expect(of(program, "worker-2")).toEqual(["worker-2-member", "worker-2-ready"]);
    expect(of(program, "two")).toEqual(["two-etcd-member"]);
    const master = host(find(program, "master-1-docker"));
    expect(find(program, "worker-2-ready").inputs).toEqual(forgotten(master));
    for (const name of ["worker-2-member", "two-etcd-member"]) {
      expect(find(program, name).inputs).toMatchObject({ create: "sudo -n bash -s -- down" });
      expect(find(program, name).inputs.delete).toBeUndefined();
      expect(host(find(program, name))).toBe(master);
    }
  });
});
