import { refusals } from "../../components/plan/refusals";
import { topologyOf } from "../../components/plan/topology";
import { hostKey } from "../golden/topologies";
import type { Raw } from "./config.fixture";
import { lost, masters, place, topology, worker } from "./plan.fixture";
import { environment } from "./render.fixture";

const three = topology([...masters("abc"), worker]);

describe("a machine under its name", () => {
  const change = (roles: string, to: string, more = {}) =>
    refusals(topology([...masters("abc"), place("x", roles)]), topology([...masters("abc"), place("x", to, more)]));
  const kind = (was: string, is: string) => [
    `x is a ${was} and cannot become ${is} in place: take it out of the list, run up, and add it again`,
  ];

  test("stays where it is", () => {
    expect(change("worker", "worker", { address: "elsewhere" })).toEqual([
      "x is at x's and cannot move to elsewhere: give the machine there a name of its own, and take x out of the list",
    ]);
  });
  test("goes back there by its line, where it is a container", () => {
    const at = (address: string) =>
      topology([...masters("a"), place("x", "worker", { address })], { provider: "local" });
    expect(refusals(at("172.30.0.12"), at("172.30.0.13"))).toEqual([
      "x is at 172.30.0.12 and cannot move to 172.30.0.13: set its address to 172.30.0.12 under machines, or give the machine there a name of its own, and take x out of the list",
    ]);
  });
  test("stays a worker, or a master", () => {
    expect(change("worker", "master")).toEqual(kind("worker", "a master"));
    expect(change("master", "worker")).toEqual(kind("master", "a worker"));
    expect(change("master etcd", "etcd")).toEqual(kind("master", "a member of etcd only"));
    expect(change("worker", "etcd")).toEqual(kind("worker", "a member of etcd only"));
  });
  test("may take pods or not as a master, and become a node where it was none", () => {
    expect(change("master", "master worker")).toEqual([]);
    expect(change("master worker", "master")).toEqual([]);
    expect(change("etcd", "etcd worker")).toEqual([]);
  });
  test("may be another one that comes, and one that is lost does not move", () => {
    const gone = place("x", "worker", lost);
    const back = place("x", "master", { address: "elsewhere" });
    expect(refusals(topology([...masters("abc"), gone]), topology([...masters("abc"), back]))).toEqual([]);
    const moved = place("x", "worker", { ...lost, address: "elsewhere" });
    expect(refusals(topology([...masters("abc"), gone]), topology([...masters("abc"), moved]))).toEqual([]);
  });
});

describe("etcd that loses its quorum", () => {
  const snapshot = "where that cannot be, set etcd back to a backup in the same change, with etcd.restore";
  const without = (all: string, gone: string) =>
    refusals(
      topology(masters(all)),
      topology(Array.from(all, (name) => place(name, "master etcd", { lost: gone.includes(name) }))),
    );

  test("by two of three", () => {
    expect(without("abc", "bc")).toEqual([
      "etcd has 3 members (a, b and c), and without b and c 1 would be left, and a quorum of 2 is needed to remove a member. " +
        `The safe order: start one of b and c again and mark only the others as lost, then run up; ${snapshot}`,
    ]);
  });
  test("by three or four of five", () => {
    expect(without("abcde", "cde")).toEqual([
      "etcd has 5 members (a, b, c, d and e), and without c, d and e 2 would be left, and a quorum of 3 is needed to remove a member. " +
        `The safe order: start one of c, d and e again and mark only the others as lost, then run up; ${snapshot}`,
    ]);
    expect(without("abcde", "bcde")).toEqual([
      "etcd has 5 members (a, b, c, d and e), and without b, c, d and e 1 would be left, and a quorum of 3 is needed to remove a member. " +
        `The safe order: start 2 of b, c, d and e again and mark only the others as lost, then run up; ${snapshot}`,
    ]);
  });
  test("by half of an even number, which is what one lost before leaves", () => {
    expect(without("abcd", "cd")).toEqual([
      "etcd has 4 members (a, b, c and d), and without c and d 2 would be left, and a quorum of 3 is needed to remove a member. " +
        `The safe order: start one of c and d again and mark only the others as lost, then run up; ${snapshot}`,
    ]);
  });
  test("by the only one, whoever takes its place", () => {
    expect(refusals(topology(masters("a")), topology([...masters("a", lost), ...masters("b")]))).toEqual([
      "etcd has 1 member (a), and without a 0 would be left, and a quorum of 1 is needed to remove a member. " +
        `The safe order: start a again and mark none as lost, then run up; ${snapshot}`,
      "etcd would move from a to b at once, and no member would be left to replicate its data from. " +
        "The safe order: 1. grow etcd to 3 members, a, b and one more, and run up; 2. take out a and the one more, and run up",
    ]);
  });
  test("is another thing than losing as many as it can, or those that were lost before", () => {
    expect(without("abc", "c")).toEqual([]);
    expect(without("abcde", "de")).toEqual([]);
    const twoLeft = topology([...masters("ab"), ...masters("c", lost)]);
    expect(refusals(twoLeft, twoLeft)).toEqual([]);
  });
});

describe("etcd that moves", () => {
  test("needs members that stay", () => {
    expect(refusals(topology(masters("abc")), topology(masters("def")))).toEqual([
      "etcd would move from a, b and c to d, e and f at once, and no member would be left to replicate its data from. " +
        "The safe order: 1. grow etcd to 7 members, a, b, c, d, e, f and one more, and run up; 2. take out a, b, c and the one more, and run up",
    ]);
  });
  test("may keep one of them", () => {
    expect(refusals(topology(masters("abc")), topology(masters("cde")))).toEqual([]);
  });
});

describe("machines that leave", () => {
  const fourth = place("x", "worker");
  const before = topology([...masters("abc"), worker, fourth]);

  test("do so before or after a master is lost", () => {
    expect(refusals(before, topology([...masters("ab"), ...masters("c", lost), worker]))).toEqual([
      "x would leave while c, through which machines leave, is lost. " +
        "The safe order: 1. keep x in the list, mark c as lost, and run up; 2. take out x, and run up",
    ]);
    expect(
      refusals(topology([...masters("abcde"), worker, fourth]), topology([...masters("abc"), ...masters("de", lost)])),
    ).toEqual([
      "w and x would leave while d and e, through which machines leave, are lost. " +
        "The safe order: 1. keep w and x in the list, mark d and e as lost, and run up; 2. take out w and x, and run up",
    ]);
  });
  test("may do so while a worker is lost", () => {
    expect(refusals(before, topology([...masters("abc"), { ...worker, ...lost }]))).toEqual([]);
  });
  test("may be those that were lost before", () => {
    const afterwards = topology([...masters("ab"), ...masters("c", lost), worker]);
    expect(refusals(afterwards, topology([...masters("abd"), worker]))).toEqual([]);
  });
});

describe("nothing is refused", () => {
  test.each([
    ["three become one", three, topology([...masters("a"), worker])],
    ["one becomes three", topology([...masters("a"), worker]), three],
    ["the first member is replaced", three, topology([...masters("bcd"), worker])],
    ["one of three is lost, and replaced", three, topology([...masters("abd"), ...masters("c", lost), worker])],
    ["a worker is lost", three, topology([...masters("abc"), { ...worker, ...lost }])],
    ["a machine was rebuilt", three, topology([...masters("abc"), { ...worker, hostKey: "another" }])],
    ["a worker leaves, and another joins", three, topology([...masters("abc"), place("x", "worker")])],
    ["there was nothing", topology([]), three],
  ])("where %s", (_, before, after) => expect(refusals(before, after)).toEqual([]));

  test("where nodes are labelled or machines are reordered: the shape is the same", () => {
    const machine = (name: string, last: number, more: Raw = {}) => ({
      ...{ name, address: `192.0.2.${last}`, ssh: { hostKey: hostKey(name) } },
      ...more,
    });
    const master = machine("m", 1, { roles: ["master", "etcd"] });
    const machines = [master, machine("w", 2, { labels: { a: "b" }, unschedulable: true }), machine("x", 3)];
    const shape = topologyOf(environment({ machines }));
    expect(topologyOf(environment({ machines: machines.toReversed() }))).toEqual(shape);
    expect(topologyOf(environment({ machines: [master, machine("w", 2), machine("x", 3)] }))).toEqual(shape);
  });
});
