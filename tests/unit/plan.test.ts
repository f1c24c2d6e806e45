import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";

import { Plan } from "../../components/plan";
import { consequences } from "../../components/plan/consequences";
import { refusals } from "../../components/plan/refusals";
import { topologyOf, type Place, type Topology } from "../../components/plan/topology";
import { hostKey, small } from "../golden/topologies";
import { lost, masters, place, topology, weighed, worker } from "./plan.fixture";
import { environment } from "./render.fixture";

const [local, three] = [{ provider: "local" }, topology([...masters("abc"), worker])];
/** What a change means, "subject: text" each. */
const meaning = (before: Topology, after: Topology, drainTimeout = 120) =>
  consequences(before, after, drainTimeout).map(({ subject, text }) => `${subject}: ${text}`);

describe("machines that are new", () => {
  test("are told with what they become", () => {
    const after = topology([...masters("abcd"), worker, place("x", "worker"), place("y", "etcd")]);
    expect(meaning(three, after)).toEqual([
      "d: is new: Docker Engine is installed and started, a member of etcd starts, it becomes a master, and its node joins",
      "x: is new: Docker Engine is installed and started, its node joins by a token of its own",
      "y: is new: Docker Engine is installed and started, a member of etcd starts",
      "etcd: 3 → 5 members: d and y join as learners, then with a vote",
    ]);
  });
  test("are those that are there again after they were lost", () => {
    expect(meaning(topology([...masters("abc"), { ...worker, ...lost }]), three)).toEqual([
      "w: is new: Docker Engine is installed and started, its node joins by a token of its own",
    ]);
  });
});

describe("machines that leave", () => {
  const node =
    "its node is cordoned, drained (at most 45 s, disruption budgets respected) and deleted; pods that nothing makes again, and data in emptyDir volumes, go for good";

  test("are cleaned, where they stay somebody's", () => {
    expect(meaning(three, topology(masters("a")), 45)).toEqual([
      `b: leaves: ${node}, its member of etcd is removed, what was installed on it is removed`,
      `c: leaves: ${node}, its member of etcd is removed, what was installed on it is removed`,
      `w: leaves: ${node}, what was installed on it is removed`,
      "etcd: 3 → 1 members: b and c leave one at a time",
    ]);
  });
  test("are deleted with what is on them, where they are containers", () => {
    const before = topology([...masters("abc"), worker, place("e", "etcd")], local);
    expect(meaning(before, topology(masters("abc"), local), 45)).toEqual([
      "e: leaves: its member of etcd is removed, its container and its disk are deleted",
      `w: leaves: ${node}, its container and its disk are deleted`,
      "etcd: 4 → 3 members: e leaves",
    ]);
  });
});

describe("machines that are lost", () => {
  const after = [...masters("abd"), ...masters("c", lost), { ...worker, ...lost }];

  test("are let go, and not contacted", () => {
    expect(meaning(three, topology(after))).toEqual([
      "d: is new: Docker Engine is installed and started, a member of etcd starts, it becomes a master, and its node joins",
      "c: is lost: its node is deleted, and its pods start elsewhere, its member of etcd is removed; it is not contacted",
      "w: is lost: its node is deleted, and its pods start elsewhere; it is not contacted",
      "etcd: 3 → 2 → 3 members: c, lost, is removed first; d joins as a learner, then with a vote",
    ]);
  });
  test("are deleted, where they are containers", () => {
    const before = topology([...masters("a"), worker], local);
    expect(meaning(before, topology([...masters("a"), { ...worker, ...lost }], local))).toEqual([
      "w: is lost: its node is deleted, and its pods start elsewhere, its container and its disk are deleted; it is not contacted",
    ]);
  });
  test("are forgotten afterwards, and there is nothing to say of them meanwhile", () => {
    expect(meaning(topology(after), topology(after))).toEqual([]);
    expect(meaning(topology(after), topology(masters("abd")))).toEqual([
      "c: was lost, and leaves the state: it is not contacted",
      "w: was lost, and leaves the state: it is not contacted",
    ]);
  });
});

test("etcd's members come before others go", () => {
  expect(meaning(three, topology([...masters("bcd"), worker])).at(-1)).toBe(
    "etcd: 3 → 4 → 3 members: d joins as a learner, then with a vote; a leaves",
  );
  const five = topology(masters("abcde"));
  expect(meaning(five, topology([...masters("abf"), ...masters("de", lost)])).at(-1)).toBe(
    "etcd: 5 → 3 → 4 → 3 members: d and e, lost, are removed first; f joins as a learner, then with a vote; c leaves",
  );
  expect(meaning(topology([]), three).filter((line) => line.startsWith("etcd"))).toEqual([]);
});

describe("where nothing changes", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "1", "-"), minLength: 1, maxLength: 4 });
  const places: fc.Arbitrary<readonly Place[]> = fc.uniqueArray(
    fc.record({
      name,
      roles: fc.subarray(["master", "etcd", "worker"], { minLength: 1 }),
      address: fc.ipV4(),
      hostKey: fc.constantFrom("", "one", "two"),
      lost: fc.boolean(),
    }),
    { selector: ({ name }) => name },
  );
  const shapes = fc.record({ machines: places, fixed: fc.dictionary(name, fc.string()) });

  test("nothing is refused, and nothing follows, whatever the shape, and however it is ordered", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const other = { ...shape, machines: shape.machines.toReversed() };
        for (const after of [structuredClone(shape), other]) {
          expect(refusals(shape, after)).toEqual([]);
          expect(consequences(shape, after, 120)).toEqual([]);
        }
      }),
    );
  });
  test("but something follows where a machine comes or goes", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const [first, ...others] = shape.machines;
        fc.pre(first !== undefined);
        expect(consequences(shape, { ...shape, machines: others }, 120)).not.toEqual([]);
      }),
    );
  });
});

describe("the engine, before it changes the plan,", () => {
  const machine = (name: string, last: number) => ({
    ...{ name, address: `192.0.2.${last}`, ssh: { hostKey: hostKey(name) } },
  });
  const member = (name: string) => ({ name, roles: ["master", "etcd"] });
  const master = { ...machine("m", 1), ...member("m") };
  const before = topologyOf(environment());

  test("is told what follows", async () => {
    const machines = [master, machine("x", 3)];
    const asked = environment({ machines, kubernetes: { drainTimeout: 7 } });
    expect(await weighed(asked, before)).toEqual([
      "x: is new: Docker Engine is installed and started, its node joins by a token of its own",
      "w: leaves: its node is cordoned, drained (at most 7 s, disruption budgets respected) and deleted; pods that nothing makes again, and data in emptyDir volumes, go for good, what was installed on it is removed",
    ]);
  });
  test("is stopped by everything that is refused", async () => {
    const asked = environment({ kubernetes: { bindPort: 8443 }, etcd: { dataDir: "/srv/etcd" } });
    const way = "while the cluster lives: set it back, or destroy the cluster and build it again";
    await expect(weighed(asked, before)).rejects.toThrow(
      new Error(
        'stack "unit" cannot change like this; nothing was touched:\n' +
          `  - kubernetes.bindPort is 6443 and cannot become 8443 ${way}\n  - etcd.dataDir is /var/lib/etcd and cannot become /srv/etcd ${way}`,
      ),
    );
  });
  test("is stopped by a machine that joins, and is at work in a cluster that the state knows nothing of", async () => {
    const machines = [master, machine("w", 2), machine("x", 3)];
    await expect(weighed(environment({ machines }), before, { unnamed: ["m", "x"] })).rejects.toThrow(
      "  - x belongs to a running cluster that keelson made, and the stack's state does not have it",
    );
  });
  test("is stopped where nothing is left of a quorum of etcd's members, unless a backup takes its place", async () => {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGoOzrTPjeF2vSSr/4dIHslOerxr2GHkh72XbHDyJtXY";
    const machines = [{ ...master, ssh: { hostKey: key } }, machine("w", 2)];
    await expect(weighed(environment({ machines }), before, { emptied: ["m"] })).rejects.toThrow(
      "  - etcd has 1 member (m), and nothing of this cluster is on m any more: without a quorum of their disks the cluster's data are lost. The way out: bring the disks back; or set etcd back to a backup",
    );
    expect((await weighed(environment({ machines }), before, { emptied: ["w"] })).join()).toContain("was rebuilt");
  });
  test("is stopped by a machine that is to be given up, and answers; not by one that was given up before", async () => {
    const machines = [master, { ...machine("w", 2), lost: true }];
    const lost = environment({ machines, workloads: { enabled: false } });
    await expect(weighed(lost, before, { back: machines })).rejects.toThrow(
      "  - w is marked as lost, but it answers: take",
    );
    expect(await weighed(lost, topologyOf(lost), { back: machines })).toEqual([]);
  });
  test("is stopped as well where a run leaves the plan out: each script asks what the state has of it", async () => {
    const target = async (kept: Topology) => {
      await pulumi.runtime.setMocks({
        newResource: ({ inputs }) => ({ id: "plan", state: { ...(inputs as object), input: kept } }),
        call: () => ({}),
      });
      // There is no engine that would ever call a hook back.
      Object.assign(pulumi.runtime.getMonitor() ?? {}, {
        registerResourceHook: (_: unknown, done: (error: unknown, response: object) => void) => done(null, {}),
      });
      await new Plan("plan", { environment: environment({ kubernetes: { bindPort: 8443 } }) }).holds();
    };
    await expect(target(before)).rejects.toThrow(/cannot change like this; .*\n {2}- kubernetes\.bindPort is 6443 and/);
    await target(topologyOf(environment({ kubernetes: { bindPort: 8443 } })));
  });
  describe("which makes a member of etcd anew,", () => {
    const asked = environment({ ...small, machines: ["a", "b", "c"].map(member), workloads: { enabled: false } });
    const anew = { builds: new Map([["b", { id: "new", why: { gone: true } as const }]]) };
    const told =
      "b: its container is gone: it is built again, and joins as the one node it was; what was on its disk is lost";

    test("asks the others whether they are well", async () => {
      const health = jest.fn(() => Promise.resolve([]));
      expect(await weighed(asked, topologyOf(asked), { ...anew, health })).toEqual([told]);
      expect(health.mock.calls).toEqual([[["a", "c"]]]);
    });
    test("refuses where they are not", async () => {
      const health = () => Promise.resolve(["c does not answer: connection refused"]);
      await expect(weighed(asked, topologyOf(asked), { ...anew, health })).rejects.toThrow(
        "nothing was touched:\n  - c does not answer: connection refused: it has to be healthy before the disk of b is rebuilt. Start it, and run up again",
      );
    });
    test("asks nobody in a preview", async () => {
      const health = jest.fn(() => Promise.resolve([]));
      const preview = jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
      expect(await weighed(asked, topologyOf(asked), { ...anew, health })).toEqual([told]);
      preview.mockRestore();
      expect(health).not.toHaveBeenCalled();
    });
    test("asks nobody where it has done so before", async () => {
      const health = jest.fn(() => Promise.resolve([]));
      expect(await weighed(asked, topologyOf(asked, anew.builds), { ...anew, health })).toEqual([]);
      expect(health).not.toHaveBeenCalled();
    });
  });
  test("is told nothing where there was no cluster", async () => {
    expect(await weighed(environment())).toEqual([]);
  });
});
