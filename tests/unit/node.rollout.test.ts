import { batches } from "../../components/node/rollout/batches";
import { turnEffects } from "../../components/node/rollout/effects";
import { orderOf } from "../golden/received";
import type { Program } from "../support/program";
import { commands, find, machine, run, valueOf } from "./program.fixture";
import { environment, machineOf } from "./render.fixture";

const named = (role: string, names: readonly string[]) =>
  names.map((name, index) => machine(name, `192.0.2.${(role === "worker" ? 100 : 10) + index}`, { roles: [role] }));
const cluster = (masters: readonly string[], workers: readonly string[]) => ({
  machines: [...named("worker", workers), ...named("master", masters)],
  kubernetes: { endpoint: "api.example.com:6443" },
});

/** Names of those that restart together, turn by turn. */
function turns(masters: string, workers: string, share: number | string, lost = ""): readonly string[] {
  const whole = environment(cluster(Array.from(masters), Array.from(workers)));
  const machines = whole.machines.map(({ name }, index) => machineOf(whole, index, { lost: lost.includes(name) }));
  return batches(machines, share).map((batch) => batch.map(({ name }) => name).join(""));
}

describe("turns", () => {
  test("are of one node each, masters first, by name", () => {
    expect(turns("cab", "zyx", 1)).toEqual(["a", "b", "c", "x", "y", "z"]);
  });
  test.each<[number | string, readonly string[]]>([
    [2, ["m", "a", "bc", "de", "fg", "hi", "j"]],
    [3, ["m", "a", "bcd", "efg", "hij"]],
    [20, ["m", "a", "bcdefghij"]],
    ["1%", ["m", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]],
    ["25%", ["m", "a", "bc", "de", "fg", "hi", "j"]],
    ["39%", ["m", "a", "bcd", "efg", "hij"]],
    ["100%", ["m", "a", "bcdefghij"]],
  ])("are of %j of the workers, the first of them alone, and of one master", (share, expected) => {
    expect(turns("m", "abcdefghij", share)).toEqual(expected);
  });
  test("are not of several masters, however many workers may be away", () => {
    expect(turns("abc", "xy", "100%")).toEqual(["a", "b", "c", "x", "y"]);
  });
  test("leave out those that are lost, also from what a share is of", () => {
    expect(turns("abc", "uvwxyz", "50%", "bwz")).toEqual(["a", "c", "u", "vx", "y"]);
  });
  test("are none where there is no node", () => {
    expect(batches([], "50%")).toEqual([]);
  });
});

describe("a turn that brings another release", () => {
  const words = (changed: readonly string[], { seen = false, drain = true } = {}) => {
    const { kubernetes } = environment({ kubernetes: { version: "1.36.3", drainTimeout: 90, upgrade: { drain } } });
    const nothing = () => undefined;
    const told = { again: nothing, onceMore: nothing, ranOnceMore: nothing, anew: nothing, follows: nothing };
    return turnEffects(seen ? { seen: told } : {}, { kubernetes }).update(new Set(changed));
  };

  test("is said to drain the node, where the machine did not tell which it has", () => {
    expect(words(["RELEASE", "REVISIONS"])).toBe(
      "its kubelet is of 1.36.3 after its turn: where it was of another minor release, its node is cordoned and drained before (at most 90 s, disruption budgets respected), and takes pods again",
    );
    expect(words(["RELEASE"], { drain: false })).toBe(
      "its kubelet is of 1.36.3 after its turn, and its pods keep running",
    );
  });
  test("is told of the upgrade where it did, and a turn without one means what its scripts say", () => {
    expect(words(["RELEASE"], { seen: true })).toBe("");
    expect(words(["REVISIONS"])).toBe("");
    expect(words(["AUTHORITIES"])).toMatch(/^its kubelet restarts in its turn, to trust other authorities/);
  });
});

describe("in the program", () => {
  const workers = ["worker-1", "worker-2", "worker-3"];
  const whole = cluster(["master-1", "master-2", "master-3"], workers);
  const asked = { ...whole, kubernetes: { ...whole.kubernetes, maxUnavailable: 2 } };
  let program: Program;
  beforeAll(async () => {
    program = await run(asked);
  });
  const waitsFor = (name: string) =>
    orderOf(find(program, name), program.resources).map((urn) => urn.split("::").pop() ?? "");
  const rollouts = (name: string) =>
    waitsFor(name)
      .filter((other) => other.endsWith("-rollout"))
      .sort();

  test("a turn waits for the one before", () => {
    const names = ["master-1", "master-2", "master-3", ...workers];
    expect(Object.fromEntries(names.map((name) => [name, rollouts(`${name}-rollout`)]))).toEqual({
      "master-1": [],
      "master-2": ["master-1-rollout"],
      "master-3": ["master-2-rollout"],
      "worker-1": ["master-3-rollout"],
      "worker-2": ["worker-1-rollout"],
      "worker-3": ["worker-1-rollout"],
    });
  });
  test("every turn waits until all nodes are there", () => {
    const ready = commands(program).filter(({ name }) => name.endsWith("-ready"));
    expect(ready).toHaveLength(6);
    for (const name of ["master-1", "worker-3"]) {
      expect(waitsFor(`${name}-rollout`)).toEqual(expect.arrayContaining(ready.map((script) => script.name)));
    }
  });
  test("a turn comes when what Docker or the kubelet runs on changes, and tells of no secret", async () => {
    const revisions = (of: Program, name: string) =>
      valueOf(find(of, `${name}-rollout`), "REVISIONS")?.split(" ") ?? [];
    const [docker, kubelet] = revisions(program, "worker-1");
    const other = await run({ ...asked, docker: { daemon: { "log-level": "warn" } } });
    expect([docker, kubelet]).toEqual([
      expect.stringMatching(/^'[0-9a-f]{16}'$/),
      expect.stringMatching(/^'[0-9a-f]{16}'$/),
    ]);
    expect(revisions(other, "worker-1")[1]).toBe(kubelet);
    expect(revisions(other, "worker-1")[0]).not.toBe(docker);
    expect(find(program, "worker-1-rollout").secrets).toEqual(["connection"]);
  });
});
