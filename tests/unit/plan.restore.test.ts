import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../../components/environment";
import { Plan, type PlanArgs } from "../../components/plan";
import { topologyOf } from "../../components/plan/topology";
import { hostKey } from "../golden/topologies";
import { weighed } from "./plan.fixture";
import { environment } from "./render.fixture";

const machine = (name: string, last: number, key = name) => ({
  ...{ name, address: `192.0.2.${last}`, ssh: { hostKey: hostKey(key) } },
});
/** A stack with a member of etcd on m, whose disk has this key, and a restore of this number where one is asked for. */
function asking(generation?: number, key = "m"): Environment {
  const machines = [{ ...machine("m", 1, key), roles: ["master", "etcd"] }, machine("w", 2)];
  const plain = environment({ machines, workloads: { enabled: false } });
  return generation === undefined
    ? plain
    : { ...plain, etcd: { ...plain.etcd, restore: { generation, snapshot: "latest" } } };
}

const none = { begun: 0, resumed: 0, over: 0 };
const done = (generation: number) => ({ begun: generation, resumed: generation, over: 0 });
const told = (m: object, w: object) => new Map(Object.entries({ m, w })) as PlanArgs["restored"];

/** Asks as each script does before it runs: the engine gives the plan of now by then, which was accepted. */
async function held(args: PlanArgs): Promise<void> {
  await pulumi.runtime.setMocks({
    newResource: ({ inputs }) => ({ id: "plan", state: inputs as object }),
    call: () => ({}),
  });
  Object.assign(pulumi.runtime.getMonitor() ?? {}, {
    registerResourceHook: (_: unknown, done: (error: unknown, response: object) => void) => done(null, {}),
  });
  await new Plan("plan", args).holds();
}

describe("where the disks of a quorum are gone", () => {
  const before = topologyOf(asking());
  const emptied = ["m"];

  test("a restore that no machine has done takes their place, in the preview, in the run, and in one after a run that failed", async () => {
    const restored = told(none, none);
    expect((await weighed(asking(1, "x"), before, { emptied, restored })).join()).toContain("was rebuilt");
    await held({ environment: asking(1, "x"), emptied, restored });
    const again = weighed(asking(1, "x"), topologyOf(asking(1, "x")), { emptied, restored });
    await expect(again).resolves.toEqual([]);
  });
  test("one that was done before does not", async () => {
    const restored = told(none, { ...none, resumed: 1 });
    const accepted = topologyOf(asking(1));
    await expect(weighed(asking(1, "x"), accepted, { emptied, restored })).rejects.toThrow(
      /the cluster's data are lost/,
    );
    await expect(held({ environment: asking(1, "x"), emptied, restored })).rejects.toThrow(/data are lost/);
    expect((await weighed(asking(2, "x"), accepted, { emptied, restored })).join()).toContain("was rebuilt");
  });
  test("where no machine tells, the state does", async () => {
    await expect(weighed(asking(1, "x"), topologyOf(asking(1)), { emptied })).rejects.toThrow(/data are lost/);
    expect((await weighed(asking(1, "x"), before, { emptied })).join()).toContain("was rebuilt");
  });
});

describe("a number of a restore that machines have done", () => {
  const way = /etcd\.restore\.generation is \d, and the restore 2 was done already: .*Use 3 to restore again, or take/;

  test.each([2, 1])("is refused where it is set anew: %d after 2", async (generation) => {
    const restored = told(done(2), { ...none, resumed: 2 });
    await expect(weighed(asking(generation), topologyOf(asking()), { restored })).rejects.toThrow(way);
    await expect(weighed(asking(generation), topologyOf(asking(3)), { restored })).rejects.toThrow(way);
  });
  test("may stay, may be followed by a higher one, and may go", async () => {
    const restored = told(done(1), { ...none, resumed: 1 });
    const stays = weighed(asking(1), topologyOf(asking(1)), { restored });
    await expect(stays).resolves.toEqual([]);
    await held({ environment: asking(1), restored });
    await expect(weighed(asking(2), topologyOf(asking(1)), { restored })).resolves.toEqual([]);
    await expect(weighed(asking(), topologyOf(asking(1)), { restored })).resolves.toEqual([]);
  });
  test("may be put back where one of them has not ended it", async () => {
    const restored = told({ begun: 1, resumed: 0, over: 0 }, { ...none, resumed: 1 });
    await expect(weighed(asking(1), topologyOf(asking()), { restored })).resolves.toEqual([]);
  });
});
