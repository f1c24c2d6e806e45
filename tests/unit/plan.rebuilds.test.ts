import { rebuildConsequences, rebuildRefusals, rebuildsBetween, type Rebuilds } from "../../components/plan/rebuilds";
import type { Rebuild } from "../../components/local";
import { topologyOf } from "../../components/plan/topology";
import { lost, masters, place, topology, worker } from "./plan.fixture";
import { environment } from "./render.fixture";

const gone: Rebuild = { gone: true };
const another: Rebuild = { gone: false, from: "machine:1", to: "machine:2" };
const of = (why: Rebuild, ...names: readonly string[]): Rebuilds => new Map(names.map((name) => [name, why]));
const workers = ["w", "x", "y"].map((name) => place(name, "worker"));
const three = topology([...masters("abc"), ...workers]);
const refused = (rebuilds: Rebuilds, maxUnavailable = 1, shape = three) =>
  rebuildRefusals(shape, shape, rebuilds, maxUnavailable);

describe("a machine that is to be made", () => {
  const before = topology([...masters("a"), { ...worker, build: "one" }, place("x", "worker", lost)]);
  const after = topology([...masters("a"), { ...worker, build: "two" }, place("x", "worker"), place("y", "worker")]);

  test("is rebuilt where it was there under another build, and was not lost", () => {
    expect([...rebuildsBetween(before, after, of(gone, "w", "x", "y")).keys()]).toEqual(["w"]);
    expect(rebuildsBetween(before, before, of(gone, "w")).size).toBe(0);
    expect(rebuildsBetween(before, after, new Map()).size).toBe(0);
  });
  test("is rebuilt where an older program had made it", () => {
    expect(rebuildsBetween(topology([worker]), topology([{ ...worker, build: "two" }]), of(gone, "w")).size).toBe(1);
  });
  test("is told with what is lost", () => {
    expect(rebuildConsequences(new Map([...of(gone, "w"), ...of(another, "x")]))).toEqual([
      {
        subject: "w",
        text: "its container is gone: it is built again, and joins as the one node it was; what was on its disk is lost",
      },
      {
        subject: "x",
        text: "its image changes from machine:1 to machine:2: its container and its disk are deleted, its pods with them; it is built again, and joins as the one node it was",
      },
    ]);
  });
  test("has its build in the state, and none where an older program made it: that state stays as it is", () => {
    const asked = environment();
    expect(topologyOf(asked, new Map([["w", {}]]))).toEqual(topologyOf(asked));
    expect(topologyOf(asked, new Map([["w", { id: "b" }]])).machines[1]).toMatchObject({ name: "w", build: "b" });
  });
});

describe("another image", () => {
  const order = (first: string) =>
    `The safe order: 1. leave local.image as it was, set the image of ${first} under machines, and run up; 2. the same for the others, one after the other; 3. set local.image, and take the images of the machines out again`;

  test("is for one master or member at a time", () => {
    const way = "would be rebuilt at once for another image, and masters and members of etcd are one at a time.";
    expect(refused(of(another, "a"))).toEqual([]);
    expect(refused(of(another, "a", "b"))).toEqual([`a and b ${way} ${order("a")}`]);
    const apart = topology([
      place("m", "master"),
      place("n", "master"),
      ...["e", "f", "g"].map((name) => place(name, "etcd")),
    ]);
    expect(refused(of(another, "m", "n"), 1, apart)).toEqual([`m and n ${way} ${order("m")}`]);
    expect(refused(of(another, "m", "e"), 1, apart)).toEqual([`m and e ${way} ${order("m")}`]);
  });
  test("is for as many workers as may be away", () => {
    const way = (count: number) =>
      `w, x and y would be rebuilt at once for another image, and kubernetes.maxUnavailable allows ${count} of them to be down at a time.`;
    expect(refused(of(another, "w"))).toEqual([]);
    expect(refused(of(another, "w", "x", "y"))).toEqual([`${way(1)} ${order("w")}`]);
    expect(refused(of(another, "w", "x", "y"), 2)).toEqual([`${way(2)} ${order("w and x")}`]);
    expect(refused(of(another, "w", "x", "y"), 3)).toEqual([]);
  });
  test("is not for the one member of etcd", () => {
    expect(refused(of(another, "a"), 1, topology([...masters("a"), worker]))).toEqual([
      "etcd has 1 member (a), and another image would rebuild the disk of a: the cluster's data would be lost with it. " +
        "The safe order: 1. grow etcd to 3 members, and run up; 2. change the image of one machine after the other; or set it back",
    ]);
  });
  test("waits while a member's container is gone, of which a quorum needs it", () => {
    expect(refused(new Map([...of(gone, "a"), ...of(another, "b")]))).toEqual([
      "etcd has 3 members (a, b and c), and b would be rebuilt for another image while the container of a is gone: without a quorum of their disks the cluster's data would be lost. " +
        "The safe order: 1. set the image of b back, and run up; 2. change it, and run up",
    ]);
  });
});

describe("containers that are gone", () => {
  const way =
    "without a quorum of their disks the cluster's data are lost. The way out: set etcd back to a backup, with etcd.restore; or destroy the stack, and build it again";

  test("come back, as long as a quorum of etcd is there", () => {
    expect(refused(of(gone, "a"))).toEqual([]);
    expect(refused(of(gone, "w", "x", "y"))).toEqual([]);
    expect(refused(of(gone, "d", "e"), 1, topology(masters("abcde")))).toEqual([]);
  });
  test("are the end of the cluster where that is gone with them", () => {
    expect(refused(of(gone, "a", "b"))).toEqual([
      `etcd has 3 members (a, b and c), and the containers of a and b are gone: ${way}`,
    ]);
    expect(refused(of(gone, "a", "w"), 1, topology([...masters("a"), worker]))).toEqual([
      `etcd has 1 member (a), and the container of a is gone: ${way}`,
    ]);
  });
});
