import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../../components/environment";
import { Plan, type PlanArgs } from "../../components/plan";
import { topologyOf } from "../../components/plan/topology";
import { hostKey } from "../golden/topologies";
import { weighed } from "./plan.fixture";
import { environment } from "./render.fixture";

const machine = (name: string, last: number) => ({
  ...{ name, address: `192.0.2.${last}`, ssh: { hostKey: hostKey(name) } },
});
const master = { ...machine("m", 1), roles: ["master", "etcd"] };
const before = topologyOf(environment());

describe("a change of the plan", () => {
  test("is stopped by a machine that is to be given up, and is at work, as masters say; they are asked of no other", async () => {
    const machines = [master, { ...machine("w", 2), lost: true }];
    const lost = environment({ machines, workloads: { enabled: false } });
    const atWork = jest.fn((names: readonly string[]) => Promise.resolve(names));
    await expect(weighed(lost, before, { atWork })).rejects.toThrow(
      "nothing was touched:\n  - w is marked as lost, and its kubelet has renewed its lease just now: the machine is at work, and its pods would run twice. Switch it off, and run up again; or take lost: true back",
    );
    expect(atWork.mock.calls).toEqual([[["w"]]]);
    expect(await weighed(lost, topologyOf(lost), { atWork })).toEqual([]);
    expect(atWork).toHaveBeenCalledTimes(1);
  });
  test("asks no master in a preview without a survey, and in a run it does", async () => {
    const machines = [master, { ...machine("w", 2), lost: true }];
    const lost = environment({ machines, workloads: { enabled: false }, survey: "off" });
    const atWork = jest.fn((names: readonly string[]) => Promise.resolve(names));
    const preview = jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    expect((await weighed(lost, before, { atWork })).join()).toContain("w: is lost: ");
    preview.mockRestore();
    expect(atWork).not.toHaveBeenCalled();
    await expect(weighed(lost, before, { atWork })).rejects.toThrow("w is marked as lost, and its kubelet");
  });
});

describe("after a run that was to let a machine go, and failed before,", () => {
  const other = machine("n", 4);
  const left = [{ name: "x", roles: ["worker"], address: "192.0.2.3", hostKey: "", lost: false }];
  const node =
    "its node is cordoned, drained (at most 120 s, disruption budgets respected) and deleted; pods that nothing makes again, and data in emptyDir volumes, go for good";
  const leaves = `x: leaves: ${node}, what was installed on it is removed`;
  const three = [1, 2, 3].map((number) => ({ ...machine(`m${number}`, number), roles: ["master", "etcd"] }));
  const api = { kubernetes: { endpoint: "api.example.com:6443" }, workloads: { enabled: false } };
  /** What is said where the shape does not change. */
  const unchanged = async (asked: Environment, more: Partial<PlanArgs> = {}) => {
    const info = jest.spyOn(pulumi.log, "info").mockClear().mockResolvedValue();
    await pulumi.runtime.setMocks({
      newResource: ({ inputs }) => ({ id: "plan", state: inputs as object }),
      call: () => ({}),
    });
    // There is no engine that would ever call a hook back.
    Object.assign(pulumi.runtime.getMonitor() ?? {}, {
      registerResourceHook: (_: unknown, done: (error: unknown, response: object) => void) => done(null, {}),
    });
    await new Plan("plan", { environment: asked, ...more }).tellOfLeft();
    return info.mock.calls.map(([text]) => text);
  };

  test("is told of it as long as it is in the cluster", async () => {
    const machines = [master, machine("w", 2), other];
    expect((await weighed(environment({ machines }), before, { left })).at(-1)).toBe(leaves);
    expect(await unchanged(environment(), { left })).toEqual([leaves]);
    expect(await unchanged(environment())).toEqual([]);
  });
  test("is stopped by a master that is lost meanwhile, through which it may leave", async () => {
    const asked = environment({ ...api, machines: [{ ...three[0], lost: true }, ...three.slice(1)] });
    await expect(weighed(asked, topologyOf(environment({ ...api, machines: three })), { left })).rejects.toThrow(
      "  - x would leave while m1, through which machines leave, is lost. The safe order: 1. keep x in the list, mark m1 as lost, and run up; 2. take out x, and run up",
    );
    expect(await unchanged(asked, { left })).toEqual([
      leaves,
      "x: leaves by the hand of a master or a member that was chosen before. Where that was m1, lost by now, put x back into machines, run up, and take it out then",
    ]);
  });
  test("has nothing to tell of it twice, where it is taken out in this run, or of one that is back in the list", async () => {
    const was = topologyOf(environment({ machines: [master, machine("w", 2), machine("x", 3)] }));
    expect(await weighed(environment(), was, { left })).toEqual([leaves]);
    const back = environment({ machines: [master, machine("w", 2), machine("x", 3)] });
    expect(await unchanged(back, { left })).toEqual([]);
  });
});
