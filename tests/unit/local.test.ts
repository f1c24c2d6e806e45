import { existsSync, rmSync } from "node:fs";
import { parseEnvironment } from "../../components/environment";
import { buildsOf } from "../../components/local/builds";
import { hostKeyFile, keyPair, loginKeyFile, stackDirectory } from "../../components/local/keys";
import { recordsOf, remember, rememberBuilt, type MachineRecord } from "../../components/local/records";
import type { Container, Survey } from "../../components/local/survey";
import { runProgram, type Program, type Registered } from "../support/program";
import { small } from "../golden/topologies";
import type { Raw } from "./config.fixture";

const stack = "unit-local";
const image = "keelson/machine:13";
const names = ["master-1", "worker-1", "worker-2"];
afterEach(() => rmSync(stackDirectory(stack), { recursive: true, force: true }));

const container = (machine: string, address: string, more: Partial<Container> = {}): Container => ({
  ...{ machine, address, image, running: true },
  ...more,
});
const known = (...containers: readonly Container[]): Survey => ({
  containers: new Map(containers.map((one) => [one.machine, one])),
});
const all = names.map((name, index) => container(name, `172.30.0.${11 + index}`));

describe("an address", () => {
  const of = (machines: readonly Raw[], found: Readonly<Record<string, string>>, more: Raw = {}) => {
    const addresses = () => new Map(Object.entries(found));
    const environment = parseEnvironment(
      { provider: "local", machines, ...more },
      { stack, directory: "/project", addresses },
    );
    return Object.fromEntries(environment.machines.map(({ name, address }) => [name, address.split(".").at(-1)]));
  };
  const m = { name: "m", roles: ["master", "etcd"] };
  const [a, b, c] = ["a", "b", "c"].map((name): Raw => ({ name }));
  const have = { m: "172.30.0.11", a: "172.30.0.12", b: "172.30.0.13" };

  test("stays a machine's, whoever leaves, comes, or is named before it", () => {
    expect(of([m, b ?? {}], have)).toEqual({ m: "11", b: "13" });
    expect(of([c ?? {}, b ?? {}, a ?? {}, m], have)).toEqual({ c: "14", b: "13", a: "12", m: "11" });
  });
  test("is not given to another while a machine that leaves has it", () => {
    expect(of([m, c ?? {}, b ?? {}], have)).toEqual({ m: "11", c: "14", b: "13" });
  });
  test("that is given is a machine's own, and one of another network is none", () => {
    expect(of([m, { ...c, address: "172.30.0.12" }, a ?? {}], have)).toEqual({ m: "11", c: "12", a: "14" });
    expect(of([m, a ?? {}], have, { local: { subnet: "172.31.0.0/24" } })).toEqual({ m: "11", a: "12" });
  });
  test("is looked for among containers only", () => {
    const addresses = () => {
      throw new Error("not to be asked");
    };
    const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOuPxIx1/nsZ440kdhJuiR3K4roqyvLi+j/LCJqHJ5fl";
    const machines = [{ ...m, roles: ["master", "worker"], address: "192.0.2.1", ssh: { hostKey } }];
    const readFile = () => "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    const read = () => parseEnvironment({ provider: "ssh", machines }, { stack, directory: "/", addresses, readFile });
    expect(read().machines[0]?.address).toBe("192.0.2.1");
  });
});

describe("a machine is rebuilt", () => {
  const environment = (more: Raw = {}) =>
    parseEnvironment({ ...small, ...more }, { stack, directory: "/project", readFile: () => "" });
  const builds = (found: Survey, records: Readonly<Record<string, MachineRecord>> = {}, more: Raw = {}) =>
    Object.fromEntries(buildsOf(environment(more), found, records, () => "new"));
  const [first, second, third] = all;
  const stays = { stays: true };

  test("where its container is gone", () => {
    expect(builds(known(...all))).toEqual({ "master-1": stays, "worker-1": stays, "worker-2": stays });
    expect(builds(known(...all.slice(0, 2)))["worker-2"]).toEqual({ id: "new", why: { gone: true } });
  });
  test("under the name that a run which was cut off had for it, and not under that of the one before", () => {
    const record = { address: "172.30.0.13", build: "told" };
    expect(builds(known(), { "worker-2": { ...record, built: false } })["worker-2"]?.id).toBe("told");
    expect(builds(known(), { "worker-2": { ...record, built: true } })["worker-2"]?.id).toBe("new");
  });
  test("where the run that made its container was cut off before it knew of it, if the state does not know it either", () => {
    const found = known(...all.slice(0, 2), { ...(third as Container), build: "told" });
    const record = { address: "172.30.0.13", build: "told" };
    expect(builds(found, { "worker-2": { ...record, built: false } })["worker-2"]).toEqual({
      ...{ id: "told", ...stays },
      halfMade: true,
    });
    expect(builds(found, { "worker-2": { ...record, built: true } })["worker-2"]).toEqual({ id: "told", ...stays });
    expect(
      builds(found, { "worker-2": { ...record, build: "other", built: false } })["worker-2"]?.halfMade,
    ).toBeUndefined();
  });
  test("where its image is to be another, its own before the stack's", () => {
    const machines = [...(small.machines as Raw[]).slice(0, 2), { name: "worker-2", image: "other:2" }];
    expect(builds(known(...all), {}, { machines })).toEqual({
      ...{ "master-1": stays, "worker-1": stays },
      "worker-2": { id: "new", why: { gone: false, from: image, to: "other:2" } },
    });
    const same = [first, second, { ...third, image: "other:2", build: "b" }] as Container[];
    expect(builds(known(...same), {}, { machines })["worker-2"]).toEqual({ id: "b", ...stays });
  });
  test("never where Docker does not answer", () => {
    const silent = { silence: "no", containers: new Map() };
    expect(builds(silent, { "worker-1": { address: "", build: "b", built: true } })).toEqual({
      ...{ "master-1": {}, "worker-1": { id: "b" }, "worker-2": {} },
    });
  });
});

describe("the program", () => {
  const find = (program: Program, name: string, type: string): Registered => {
    const found = program.resources.find((one) => one.name === name && one.type.endsWith(`:${type}`));
    if (!found) throw new Error(`no ${type} ${name}`);
    return found;
  };
  const run = (found: Survey, more: Parameters<typeof runProgram>[2] = {}) =>
    runProgram(stack, small, { survey: found, ...more });
  const make = () => {
    keyPair(loginKeyFile(stack));
    for (const name of names) keyPair(hostKeyFile(stack, name));
  };
  const keyOf = (name: string) => keyPair(hostKeyFile(stack, name)).publicKey;

  test("leaves alone what is there, whatever Docker says of it", async () => {
    make();
    const program = await run(known(...all));
    for (const name of names) {
      const { inputs, ignoreChanges, replaceWith } = find(program, name, "Container");
      expect(Object.keys(inputs).filter((input) => !ignoreChanges.includes(input))).toEqual(["mustRun"]);
      expect(ignoreChanges).toContain("labels");
      expect(inputs.labels).toBeUndefined();
      const disk = find(program, name, "Volume");
      expect([disk.ignoreChanges, disk.inputs.labels]).toEqual([["labels"], undefined]);
      expect(replaceWith).toEqual([disk.urn]);
    }
    // A plugin that would rebuild one all the same has to make a second one first, which is refused.
    for (const name of names) {
      for (const type of ["Container", "Volume"]) {
        const { deleteBeforeReplace, hooks } = find(program, name, type);
        expect([deleteBeforeReplace, hooks]).toEqual([false, { create: ["keelson-machine"] }]);
      }
    }
  });
  test("makes container, disk and host key anew together", async () => {
    make();
    const before = keyOf("worker-1");
    const program = await run(known(...all.filter(({ machine }) => machine !== "worker-1")));
    const [disk, made] = [find(program, "worker-1", "Volume"), find(program, "worker-1", "Container")];
    expect(disk.inputs.labels).toEqual([
      { label: "keelson.build", value: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown },
    ]);
    expect(made.inputs.labels).toEqual(disk.inputs.labels);
    expect([disk.ignoreChanges, made.ignoreChanges]).toEqual([[], []]);
    expect([disk, made].map(({ deleteBeforeReplace, hooks }) => [deleteBeforeReplace, hooks])).toEqual([
      [true, {}],
      [true, {}],
    ]);
    expect(keyOf("worker-1")).not.toBe(before);
    expect(find(program, "worker-1-docker", "Command").inputs).toMatchObject({
      connection: { hostKey: keyOf("worker-1") },
    });
    const places = (find(program, "plan", "Stash").inputs.input as { machines: readonly { build?: string }[] })
      .machines;
    const value = (made.inputs.labels as readonly { value: string }[])[0]?.value;
    expect(places.map(({ build }) => build)).toEqual([undefined, value, undefined]);
    expect(recordsOf(stack)["worker-1"]).toEqual({ address: "172.30.0.12", build: value, built: true });
  });
  test("makes nothing else anew with a container, which the engine would where an input came from it", async () => {
    const { resources } = await run(known());
    const scripts = resources.filter(({ type }) => type === "command:remote:Command");
    expect(scripts.length).toBeGreaterThan(20);
    for (const { name, propertyDependencies } of scripts) {
      const from = Object.values(propertyDependencies).flat();
      expect([name, from.filter((urn) => urn.includes("docker:index"))]).toEqual([name, []]);
    }
    // Its disk is all that takes it along.
    const { propertyDependencies } = find({ resources, outputs: {} }, "worker-1", "Container");
    expect(propertyDependencies.volumes?.join()).toContain("Volume::worker-1");
  });
  test("makes no key and remembers nothing in a preview", async () => {
    const program = await run(known(), { preview: true });
    expect(find(program, "worker-1", "Container").inputs.image).toBe(image);
    expect(JSON.stringify(program.resources)).not.toContain("PRIVATE KEY");
    expect(existsSync(stackDirectory(stack))).toBe(false);
  });
  test("says what is missing where the keys of living machines are elsewhere, and whose they are", async () => {
    make();
    rmSync(hostKeyFile(stack, "worker-2"));
    const missing = hostKeyFile(stack, "worker-2");
    await expect(run(known(...all), { preview: true })).rejects.toThrow(
      `the machines of stack "${stack}" are on this computer, and a key of theirs is not: ${missing}. Work in the checkout that built them`,
    );
    // A machine that is to be made has none yet.
    await expect(run(known(...all.slice(0, 2)))).resolves.toBeDefined();
  });
  test("fails without Docker, but for a preview", async () => {
    const silent = { silence: "Cannot connect to the Docker daemon", containers: new Map() };
    await expect(run(silent)).rejects.toThrow(
      "Docker does not answer on this computer (Cannot connect to the Docker daemon), and the machines",
    );
    await expect(run(silent, { preview: true })).resolves.toBeDefined();
    expect(recordsOf(stack)).toEqual({});
  });
});

test("what is remembered of a machine is replaced whole, and says when its container is there", () => {
  expect(recordsOf(stack)).toEqual({});
  remember(stack, { a: { address: "172.30.0.11", build: "x", built: false } });
  rememberBuilt(stack, "a");
  rememberBuilt(stack, "unknown");
  expect(recordsOf(stack)).toEqual({ a: { address: "172.30.0.11", build: "x", built: true } });
});
