import * as pulumi from "@pulumi/pulumi";
import * as engine from "@pulumi/pulumi/runtime/resource";

import { Restore } from "../../components/backup";
import { Fleet } from "../../components/script";
import type { Restored } from "../../components/survey";
import { environment, machineOf } from "./render.fixture";
import { hostKey } from "../golden/topologies";

const plain = environment({
  machines: ["a", "b", "c"].map((name, at) => ({
    ...{
      name,
      address: `192.0.2.${at + 1}`,
      roles: at === 0 ? ["master", "etcd"] : ["etcd"],
      ssh: { hostKey: hostKey(name) },
    },
  })),
  workloads: { enabled: false },
});
const done = { begun: 1, resumed: 1, over: 0 };
const none = { begun: 0, resumed: 0, over: 0 };

/** What the engine is given once, to call before it runs a script. */
let hook: pulumi.ResourceHook | undefined;

interface Made {
  readonly over: Readonly<Record<string, string | undefined>>;
  /** As the engine does, before it runs a script: in a preview it gives what that says. */
  readonly run: (script: string, old?: object) => Promise<readonly string[]>;
}

/** Restores with the number 1, of what machines told; c is one that was not asked, or said nothing. */
async function restore(
  told: Readonly<Record<string, Restored>>,
  c: { readonly silent?: boolean } = {},
  preview = false,
): Promise<Made> {
  const over: Record<string, string | undefined> = {};
  jest.spyOn(engine, "registerResourceHook").mockImplementation((registered) => {
    if (registered.name === "keelson-script") hook = registered;
    return Promise.resolve();
  });
  const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
  let end: () => void;
  const last = new Promise<void>((resolve) => (end = resolve));
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => {
        if (name === "c-etcd-restore-start") end();
        over[name] = /^readonly OVER='(.*)'$/m.exec(String((inputs as { stdin?: string }).stdin))?.[1];
        return { id: name, state: inputs as object };
      },
      call: () => ({}),
    },
    ...(["keelson", "unit", preview] as const),
  );
  const fleet = new Fleet("", () => Promise.resolve());
  const machines = [0, 1, 2].map((at) => machineOf(plain, at, { fleet, ...(at === 2 ? c : {}) }));
  const etcd = { ...plain.etcd, backup: { to: "/srv/etcd" } as never, restore: { generation: 1, snapshot: "latest" } };
  new Restore("restore", {
    ...{ machines, environment: { ...plain, etcd }, identity: pulumi.output("id unit") },
    ...{ told: new Map(Object.entries(told)), keys: pulumi.output("") },
  });
  await last;
  const run = async (name: string, oldInputs?: object) => {
    info.mockClear();
    const newInputs = { create: "bash", stdin: "now" };
    await hook?.callback({ urn: "", id: "", name, type: "", newInputs, ...(oldInputs ? { oldInputs } : {}) });
    return info.mock.calls.map(([text]) => text);
  };
  return { over, run };
}

describe("a member of etcd that was made anew when the others have restored", () => {
  test("joins them, where it says that it has done nothing", async () => {
    const { over } = await restore({ a: done, b: done, c: none });
    const fetch = ["a", "b", "c"].map((name) => over[`${name}-etcd-restore-fetch`]);
    expect(fetch).toEqual(["false", "false", "true"]);
  });
  test("joins them, where there is no container yet that could be asked", async () => {
    expect((await restore({ a: done, b: done })).over["c-etcd-restore-fetch"]).toBe("true");
    expect((await restore({ a: none, b: none })).over["c-etcd-restore-fetch"]).toBe("false");
    expect((await restore({})).over["c-etcd-restore-fetch"]).toBe("false");
  });
  test("is not set back alone, where it said nothing and answers when its scripts are to run", async () => {
    const { over, run } = await restore({ a: done, b: done }, { silent: true });
    // The same as when it has told: it may be one that only boots.
    expect(over["c-etcd-restore-fetch"]).toBe("false");
    for (const stage of ["fetch", "swap"]) {
      await expect(run(`c-etcd-restore-${stage}`, { create: "bash" })).rejects.toThrow(
        "c could not be surveyed, and answers now: whether it has done the restore 1 of etcd is not known, and without the others it is not set back. Run up again",
      );
      await expect(run(`a-etcd-restore-${stage}`, { create: "bash" })).resolves.toEqual([]);
    }
    const begun = await restore({ a: none, b: none }, { silent: true });
    await expect(begun.run("c-etcd-restore-fetch")).resolves.toEqual([]);
  });
});

describe("a preview", () => {
  const before = (generation: number) => ({ create: "bash", stdin: `readonly GENERATION='${generation}'\n` });

  test("tells of a restore that no machine has done", async () => {
    const { run } = await restore({ a: none, b: none, c: none }, {}, true);
    const [told = ""] = await run("a-etcd-restore-choose");
    expect(told).toMatch(/^etcd is set back to the newest backup; what was written since is lost; /);
  });
  test.each([undefined, 2])("promises none that was done, whatever the state has of it: %s", async (generation) => {
    const { run } = await restore({ a: done, b: done, c: done }, {}, true);
    const told = await run("a-etcd-restore-choose", generation === undefined ? undefined : before(generation));
    expect(told).toEqual(["nothing is restored again: that takes a higher etcd.restore.generation"]);
  });
});
