import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as engine from "@pulumi/pulumi/runtime/resource";

import type { Machine } from "../../components/machine";
import type { Fleet, HostScript as Script } from "../../components/script";
import { seenOf } from "../../components/survey/again";
import { closedPort } from "../support/ports";
import { TestMachine } from "../support/sshServer";
import { environment, machineOf } from "./render.fixture";
import { answer } from "./survey.fixture";

type Beginning = typeof import("../../components/script");

/** What the engine is given to call before it runs a script. */
let hook: pulumi.ResourceHook | undefined;
const hooks = new Map<string, pulumi.ResourceHook>();
let components: Beginning;
let fleet: Fleet;
const there = new TestMachine();

beforeAll(() => there.listen());
afterAll(() => there.close());
/** As a run begins: nobody was asked anything yet. */
async function begin(preview = false): Promise<void> {
  hooks.clear();
  jest.spyOn(engine, "registerResourceHook").mockImplementation((registered) => {
    if (registered.name === "keelson-script") hook = registered;
    hooks.set(registered.name, registered);
    return Promise.resolve();
  });
  await pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }), call: () => ({}) },
    ...(["keelson", "unit", preview] as const),
  );
  await jest.isolateModulesAsync(async () => {
    jest.doMock("@pulumi/pulumi", () => pulumi);
    jest.doMock("@pulumi/command", () => command);
    components = await import("../../components/script");
  });
  fleet = new components.Fleet("", () => Promise.resolve());
}

/** A script on a machine whose SSH server is at a port of this computer, and shows this key. */
function script(name: string, port: number, hostKey?: string): Script {
  const firstHop = { name, host: "127.0.0.1", port, ...(hostKey === undefined ? {} : { hostKey }) };
  const machine: Machine = machineOf(environment(), 0, { name, firstHop, fleet });
  return new components.HostScript(`${name}-script`, {
    machine,
    script: require.resolve("../../components/network/dns.sh"),
  });
}

test("what many scripts share, in clear, is none of their secrets, and nothing that is known later", async () => {
  await begin();
  const machine: Machine = machineOf(environment(), 0, { name: "m", fleet });
  const base = { machine, script: require.resolve("../../components/network/dns.sh"), shared: ["A"] };
  const make = (more: object) => () => new components.HostScript("m-script", { ...base, ...more });
  expect(make({ secrets: { A: "canary" } })).toThrow(/^m-script shares A, which is a secret, or not known$/);
  expect(make({ values: { A: pulumi.output("later") } })).toThrow("m-script shares A");
  expect(make({ values: { A: "plain" } })).not.toThrow();
});

/** As the engine does, before a script of a name runs; what does not run has no command. */
const run = (name: string, create: string | undefined = "bash") =>
  hook?.callback({ urn: "", id: "", name: `${name}-script`, type: "", ...(create ? { newInputs: { create } } : {}) });

describe("a preview of a script whose text is the same", () => {
  const openssh = "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n";
  const [pkcs8, other] = ["-----BEGIN PRIVATE KEY-----\ncanary\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nother\n"];
  const login = (privateKey: string, host = "h") => ({ host, privateKey, proxy: { host: "b", privateKey } });

  test.each([
    ["the login's key is in its shorter form", login(openssh), login(pkcs8), "its entry in the state gets shorter"],
    ["the key is another", login(openssh), login(other), "the connection settings changed"],
    ["the host is another, too", login(openssh), login(pkcs8, "g"), "the connection settings changed"],
  ])("says so where %s", async (_, before, now, words) => {
    const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
    await begin(true);
    const machine: Machine = machineOf(environment(), 0, { name: "m", fleet });
    const effects = { create: "is made", update: () => "" };
    const path = require.resolve("../../components/network/dns.sh");
    const made = new components.HostScript("m-script", { machine, script: path, effects });
    const stdin = await new Promise((resolve) => made.stdin.apply(resolve));
    const inputs = (connection: object) => ({ create: "bash", stdin, connection: pulumi.secret(connection) });
    const args = { urn: "", id: "", name: "m-script", type: "", newInputs: inputs(now), oldInputs: inputs(before) };
    await hook?.callback(args);
    expect(info.mock.calls.map(([text]) => text)).toEqual([expect.stringMatching(`^${words}: the script runs again`)]);
  });
});

describe("a preview of a script that changes anyway", () => {
  const [ran, file] = ["script m-script done abc 7", "changed m-script file 1 0 2 /etc/b"];
  test.each([
    [
      "what was changed by hand, and what comes of both",
      [ran, file],
      "/etc/b was changed by hand: it is written again; ",
    ],
    [
      "a unit that somebody stopped",
      [ran, "changed m-script unit stopped 0 active a.service"],
      "a.service does not run",
    ],
    ["nothing of a run that the state does not have, which is there with each change", [ran], ""],
  ])("tells %s", async (_, lines, words) => {
    const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
    info.mockClear();
    await begin(true);
    const machine: Machine = machineOf(environment(), 0, { name: "m", fleet, seen: seenOf(answer(...lines)) });
    const files = ["/etc/a", "/etc/b"].map((path) => ({ path, content: "now" }));
    const effects = { create: "is made", update: (all: ReadonlySet<string>) => `follows ${[...all].join()}` };
    const path = require.resolve("../../components/network/dns.sh");
    const made = new components.HostScript("m-script", { machine, script: path, effects, files });
    const stdin = await new Promise<string>((resolve) => made.stdin.apply((text) => resolve(text ?? "")));
    const before = stdin.replace("put '/etc/a' 0644 <<'END_OF_FILE'\nnow", "put '/etc/a' 0644 <<'END_OF_FILE'\nbefore");
    const args = { urn: "", id: "", name: "m-script", type: "", newInputs: { create: "bash", stdin } };
    await hook?.callback({ ...args, oldInputs: { create: "bash", stdin: before } });
    const [told = ""] = info.mock.calls.map(([text]) => text);
    expect(told.startsWith(words)).toBe(true);
    expect(told.endsWith(`follows /etc/a${lines.includes(file) ? ",/etc/b" : ""}`)).toBe(true);
    expect(told.includes("; ")).toBe(words !== "");
  });
});

describe("before a script runs", () => {
  test("its machine has to answer, and one that does not is named with all the others", async () => {
    await begin();
    const [first, second] = [await closedPort(), await closedPort()];
    script("gone", first);
    script("silent", second);
    script("there", there.port, there.hostKey);
    await expect(run("gone")).rejects.toThrow(
      /^2 machines do not answer:\n {2}gone .*\n {2}silent .*\ngone, silent: something answers/,
    );
    await expect(run("there")).resolves.toBeUndefined();
  });
  test("its machine has to be the one that it is known as", async () => {
    await begin();
    script("other", there.port, new TestMachine().hostKey);
    await expect(run("other")).rejects.toThrow(/^host key mismatch: 1 machine shows another host key/);
  });
  test("nobody is asked in a preview, and nobody for what does not run", async () => {
    await begin();
    script("gone", await closedPort());
    await expect(run("gone", "")).resolves.toBeUndefined();
    await begin(true);
    script("gone", await closedPort());
    await expect(run("gone")).resolves.toBeUndefined();
  });
  test.each([false, true])(
    "what must hold for all is asked, once, and nothing runs where it does not; preview: %j",
    async (preview) => {
      await begin(preview);
      let asked = 0;
      fleet = new components.Fleet("", () => {
        asked += 1;
        return Promise.reject(new Error("it cannot be"));
      });
      script("there", there.port, there.hostKey);
      await expect(run("there", "")).resolves.toBeUndefined();
      await expect(run("there")).rejects.toThrow("it cannot be");
      await expect(run("there")).rejects.toThrow("it cannot be");
      expect(asked).toBe(1);
    },
  );
});

describe("a run that reaches a machine of which nobody could tell anything before", () => {
  const told = async (silent: boolean, oldInputs?: object) => {
    const error = jest.spyOn(pulumi.log, "error").mockResolvedValue(undefined);
    error.mockClear();
    await begin();
    const machine: Machine = machineOf(environment(), 0, { name: "m", fleet, silent });
    const script = require.resolve("../../components/network/dns.sh");
    for (const name of ["m-script", "m-other"]) {
      new components.HostScript(name, { machine, script });
      const args = { urn: "", id: "", name, type: "", newInputs: { create: "bash" } };
      await hook?.callback(oldInputs ? { ...args, oldInputs } : args);
    }
    const { exitCode } = process;
    process.exitCode = undefined;
    return [error.mock.calls.map(([text]) => text), exitCode];
  };
  const state = { create: "bash", stdin: "" };
  test("ends as one that failed, and says once what to do", async () => {
    expect(await told(true, state)).toEqual([
      [expect.stringMatching(/^m could not be surveyed, but answers now: .*; run up again$/)],
      32,
    ]);
  });
  test("and goes on where the machine is new, or was not asked", async () => {
    expect(await told(true)).toEqual([[], undefined]);
    expect(await told(false, state)).toEqual([[], undefined]);
  });
});

describe("a script of one moment", () => {
  /** How often the program did its own part, and what the engine is told, where its machine told these lines. */
  async function after(lines: readonly string[] | undefined, before: object | undefined, preview = false) {
    await begin(preview);
    const done: string[] = [];
    const part = (name: string) => () => Promise.resolve(void done.push(name));
    const seen = lines && { seen: seenOf(answer(...lines)) };
    const firstHop = { name: "m", host: "127.0.0.1", port: there.port, hostKey: there.hostKey };
    const machine: Machine = machineOf(environment(), 0, { name: "m", firstHop, fleet, ...seen });
    const effects = { create: "joins", update: () => "joins once more" };
    const moment = { before: part("before"), after: part("after") };
    const path = require.resolve("../../components/network/dns.sh");
    const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
    info.mockClear();
    const made = new components.HostScript("m-script", { machine, script: path, once: true, moment, effects });
    const update = await new Promise((resolve) => made.update.apply(resolve));
    const args = { urn: "", id: "", name: "m-script", type: "", newInputs: { create: "bash", update } };
    for (const one of hooks.values()) await one.callback(before ? { ...args, oldInputs: before } : args);
    return { done, update, words: info.mock.calls.map(([text]) => text) };
  }
  const [reset, kept] = [
    ["script m-script done abc 7", "changed m-script present - 0 there /etc/kubernetes/kubelet.conf"],
    ["script m-script done abc 8 7"],
  ];
  const state = { create: "bash", update: "cat >/dev/null", stdin: "" };

  test("is offered what it needs when it is made, and when it runs once more, and never else", async () => {
    expect((await after([], undefined)).done).toEqual(["before", "after"]);
    expect((await after(reset, state)).done).toEqual(["before", "after"]);
    for (const lines of [kept, [], undefined]) expect((await after(lines, state)).done).toEqual([]);
  });
  test("runs once more by one command, which stays", async () => {
    const { update } = await after(reset, state);
    expect(update).toContain("bash -s -- up 7");
    expect((await after(kept, state)).update).toBe(update);
    expect((await after([], state)).update).toBe("cat >/dev/null");
  });
  test("says in a preview what it does", async () => {
    const { words } = await after(reset, state, true);
    expect(words).toEqual(["/etc/kubernetes/kubelet.conf is gone: it is made again; joins once more"]);
    expect((await after(kept, state, true)).words).toEqual(["it has run once, and does not run again"]);
  });
});
