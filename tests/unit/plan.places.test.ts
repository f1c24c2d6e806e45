import { consequences } from "../../components/plan/consequences";
import { refusals } from "../../components/plan/refusals";
import type { Place, Topology } from "../../components/plan/topology";
import { lost, masters, place, topology, worker } from "./plan.fixture";

const three = topology([...masters("abc"), worker]);
/** What a change means, "subject: text" each. */
const meaning = (before: Topology, after: Topology) =>
  consequences(before, after, 120).map(({ subject, text }) => `${subject}: ${text}`);

describe("a machine that shows another host key", () => {
  const made = (hostKey: string) => topology([...masters("abc"), { ...worker, hostKey }]);

  test("was rebuilt", () => {
    expect(meaning(made("old"), made("new"))).toEqual([
      "w: shows another host key: it is taken for a machine that was rebuilt, gets everything again, and joins as the node it was",
    ]);
  });
  test("is the same where nobody asked for its key before, or asks now, or it is of another kind", () => {
    const stay = "where it has joined, its node and its pods stay";
    expect(meaning(made(""), made("new"))).toEqual([`w: its host key is asked for from now on: ${stay}`]);
    expect(meaning(made("old"), made(""))).toEqual([`w: its host key is not asked for any more: ${stay}`]);
    expect(meaning(made("ssh-ed25519 A"), made("ssh-rsa B"))).toEqual([
      `w: is known by its key of the kind ssh-rsa from now on: ${stay}`,
    ]);
    expect(meaning(made("ssh-rsa A"), made("ssh-rsa B"))).toEqual(meaning(made("old"), made("new")));
  });
});

describe("a machine under another name", () => {
  const order =
    "it would join, and then be taken out again as w. The safe order: 1. take w out of the list without x, and run up; 2. add x, and run up; or call it w again";
  const renamed = (more: Partial<Place>, before = three) =>
    refusals(before, topology([...masters("abc"), place("x", "worker", more)]));

  test("is known by its address", () => {
    expect(renamed({ address: "w's" })).toEqual([`x is at w's, where w is: ${order}`]);
  });
  test("is known by its host key", () => {
    expect(renamed({ hostKey: "key of w" })).toEqual([`x shows the host key of w: ${order}`]);
  });
  test("is one of the masters as well", () => {
    const after = topology([...masters("bc"), place("d", "master etcd", { address: "a's" }), worker]);
    expect(refusals(three, after)).toEqual([expect.stringMatching(/^d is at a's, where a is: it would join/)]);
  });
  test("may take the place of one that is lost, and be a copy of one that stays", () => {
    const gone = topology([...masters("abc"), { ...worker, ...lost }]);
    expect(renamed({ address: "w's", hostKey: "key of w" }, gone)).toEqual([]);
    const copy = place("x", "worker", { hostKey: "key of w" });
    expect(refusals(three, topology([...masters("abc"), worker, copy]))).toEqual([]);
    const keyless = topology([...masters("abc"), place("w", "worker", { hostKey: "" })]);
    expect(renamed({ hostKey: "" }, keyless)).toEqual([]);
  });
});

describe("the pods' network", () => {
  const four = { ...three, room: 4 };

  test("has room for those that come before others are gone", () => {
    const after = { ...topology([...masters("abc"), place("x", "worker"), place("e", "etcd")]), room: 4 };
    expect(refusals(four, after)).toHaveLength(1);
    expect(refusals(four, { ...after, room: 5 })).toEqual([]);
    const two = { ...topology([...masters("abc"), place("x", "worker"), place("y", "worker")]), room: 5 };
    expect(refusals(four, two)).toEqual([
      "kubernetes.networking.podSubnet has room for 5 nodes, and there would be 6 of them while x and y join and before w is gone. " +
        "The safe order: 1. take out w, and run up; 2. add x and y, and run up",
    ]);
    const older = { ...two, room: undefined } as unknown as Topology;
    expect(refusals(three, older)).toEqual([]);
  });
});
