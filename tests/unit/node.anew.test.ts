import * as pulumi from "@pulumi/pulumi";
import * as engine from "@pulumi/pulumi/runtime/resource";

import { nodePatch } from "../../components/node/labels";
import { anewOf, ReadyNode, type ReadyNodeArgs } from "../../components/node/ready";
import { Fleet } from "../../components/script";
import { seenOf } from "../../components/survey/again";
import { environment, machineOf } from "./render.fixture";
import { answer } from "./survey.fixture";
import { run, find } from "./program.fixture";

const whole = environment();
const [master, worker] = whole.machines.map((_, index) =>
  machineOf(whole, index, { fleet: new Fleet("", () => Promise.resolve()) }),
) as [ReturnType<typeof machineOf>, ReturnType<typeof machineOf>];
const ran = (name: string) => answer(`script ${name} done abc 7`);

describe("a node that is another one than that which had its labels", () => {
  test("is known by the script that makes its machine a node", () => {
    expect(anewOf({ ...worker, seen: seenOf(ran(`${worker.name}-join`), "unmarked") })?.token).toBe("7");
    expect(anewOf({ ...master, seen: seenOf(ran(`${master.name}-master`), "unmarked") })?.token).toBe("7");
    expect(anewOf({ ...master, seen: seenOf(ran(`${master.name}-join`), "unmarked") })).toBeUndefined();
    expect(anewOf(worker)).toBeUndefined();
  });
  test("is awaited once more, and given them again", async () => {
    jest.spyOn(engine, "registerResourceHook").mockResolvedValue(undefined);
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
      call: () => ({}),
    });
    const cluster = { machines: [master], cluster: undefined } as unknown as ReadyNodeArgs["master"];
    const updateOf = async (machine: ReadyNodeArgs["machine"]) => {
      const ready = new ReadyNode(machine.name, { machine, master: cluster }, {});
      return new Promise((resolve) => void ready.update.apply(resolve));
    };
    expect(await updateOf(worker)).toBeUndefined();
    const seen = seenOf(ran(`${worker.name}-join`), "unmarked");
    expect(await updateOf({ ...worker, seen })).toMatch(/ up 7'$/);
    const [before, now] = [undefined, anewOf({ ...worker, seen })].map(
      (anew) => nodePatch(worker.config, "key", anew).metadata as { annotations: object },
    );
    expect(now?.annotations).toEqual({ ...before?.annotations, "keelson.io/joined": "7" });
  });
  test("is another matter for all others, whatever they were given it for before", async () => {
    const { ignoreChanges, inputs } = find(await run(), "worker-1-node");
    expect(ignoreChanges).toEqual(['metadata.annotations["keelson.io/joined"]']);
    expect(JSON.stringify(inputs)).not.toContain("keelson.io/joined");
  });
});
