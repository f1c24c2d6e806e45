import * as pulumi from "@pulumi/pulumi";

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
