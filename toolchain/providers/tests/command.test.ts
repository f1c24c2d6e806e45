import { createHash } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { isObject, plain, secret, unknownValue } from "../properties";
import { type Bag, failureOf, type State, TestPlugin } from "./support/plugin";
import { TestMachine } from "../../../tests/support/sshServer";

let plugin: TestPlugin;
let machine: TestMachine;

beforeAll(async () => {
  plugin = await TestPlugin.start("command", "command:remote:Command", { SSH_AUTH_SOCK: "" });
});
afterAll(() => plugin.stop());
beforeEach(async () => {
  machine = new TestMachine();
  await machine.listen();
  await plugin.engine.said();
});
afterEach(() => machine.close());

/** The properties of a command on the machine of this test. */
function onMachine(inputs: Bag, connection: Bag = {}): Bag {
  return { connection: { ...machine.connection, ...connection }, addPreviousOutputInEnv: false, ...inputs };
}

/** A resource as the engine would remember it. */
function state(inputs: Bag, outputs: Bag = {}): State {
  return { id: "thing1234", inputs, outputs: { ...inputs, stdout: "", stderr: "", ...outputs } };
}

describe("create", () => {
  it("keeps what the command printed, less one newline", async () => {
    const made = await plugin.create(onMachine({ create: "echo out; echo; echo err >&2" }));
    expect(made.outputs).toMatchObject({ stdout: "out\n", stderr: "err" });
    expect(made.id).toMatch(/^thing[0-9a-f]{8}$/);
  });

  it("delivers stdin byte for byte", async () => {
    const stdin = `'"$\`\\ \t\r\n ünïcödé 漢字 🛶 \u0001\n${"0123456789é\n".repeat(25_000)}`;
    const made = await plugin.create(onMachine({ create: "sha256sum; wc -c </dev/null", stdin }));
    expect(Buffer.byteLength(stdin)).toBeGreaterThan(300_000);
    expect(made.outputs["stdout"]).toContain(createHash("sha256").update(stdin).digest("hex"));
  });

  it("runs a command that does not read its stdin", async () => {
    const made = await plugin.create(onMachine({ create: "true", stdin: "x".repeat(300_000) }));
    expect(made.outputs["stdout"]).toBe("");
  });

  it("fails with the exit status and everything that was said", async () => {
    const failure = await failureOf(plugin.create(onMachine({ create: "echo working; echo it broke >&2; exit 3" })));
    expect(failure.details).toContain(
      'Process exited with status 3: running "echo working; echo it broke >&2; exit 3":',
    );
    expect(failure.details).toMatch(/working[^]*it broke|it broke[^]*working/);
  });

  it("says which signal ended the command", async () => {
    const failure = await failureOf(plugin.create(onMachine({ create: "kill -TERM $$" })));
    expect(failure.details).toContain("Process exited with status 143 from signal TERM");
  });

  it("connects nowhere in a preview", async () => {
    const { outputs } = await plugin.create(onMachine({ create: "echo out" }), { preview: true });
    expect(outputs).toMatchObject({ stdout: unknownValue, stderr: unknownValue });
    expect(machine.connections).toBe(0);
  });
});

describe("update", () => {
  it("runs create again where there is no update, with the new stdin", async () => {
    const old = state(onMachine({ create: "cat", stdin: "old" }), { stdout: "old" });
    const updated = await plugin.update(old, onMachine({ create: "cat", stdin: "new" }));
    expect(updated.outputs["stdout"]).toBe("new");
    expect(machine.commands).toEqual(["cat"]);
  });

  it("runs update where there is one", async () => {
    const inputs = onMachine({ create: "echo created", update: "echo updated" });
    expect((await plugin.update(state(inputs), inputs)).outputs["stdout"]).toBe("updated");
  });

  it("gives the last output to the command unless that is declined", async () => {
    const inputs = onMachine({ create: 'echo "before: $PULUMI_COMMAND_STDOUT"' });
    const declined = await plugin.update(state(inputs, { stdout: "one" }), inputs);
    expect(declined.outputs["stdout"]).toBe("before: ");
    const given = await plugin.update(state(inputs, { stdout: "one" }), { ...inputs, addPreviousOutputInEnv: true });
    expect(given.outputs["stdout"]).toBe("before: one");
  });
});

describe("delete", () => {
  it("runs what the state holds: its command, its stdin, its connection", async () => {
    const inState = onMachine({ create: "true", delete: "cat; false", stdin: "as it was made" });
    const elsewhere = {
      ...inState,
      stdin: "another",
      connection: { ...machine.connection, port: 1, dialErrorLimit: 0 },
    };
    const failure = await failureOf(plugin.delete({ id: "thing1234", inputs: elsewhere, outputs: inState }));
    expect(failure.details).toContain("as it was made");
    expect(machine.commands).toEqual(["cat; false"]);
  });

  it("connects nowhere without a command", async () => {
    await plugin.delete(state(onMachine({ create: "true" })));
    expect(machine.connections).toBe(0);
  });
});

describe("diff", () => {
  it("leaves it to the SDK to ask for a replacement, by the path of the trigger, and updates for all else", async () => {
    const inputs = onMachine({ create: "true", stdin: "one", triggers: ["a"] });
    const { replacesList, detaileddiffMap } = await plugin.diff(state(inputs), { ...inputs, triggers: ["b"] });
    expect([replacesList, detaileddiffMap.map(([path]) => path)]).toEqual([[], ["triggers[0]"]]);
    const updated = await plugin.diff(state(inputs), { ...inputs, stdin: "two", delete: "false" });
    expect(updated).toMatchObject({ diffsList: ["delete", "stdin"], replacesList: [], changes: 2 });
    expect(await plugin.diff(state(inputs), inputs)).toMatchObject({ diffsList: [], changes: 1 });
  });
});

describe("check", () => {
  it("marks the connection as secret, and completes it", async () => {
    const { inputs } = await plugin.check({ create: "true", connection: { host: "127.0.0.1", password: "hidden" } });
    const connection = inputs["connection"];
    expect(isObject(connection) && Object.keys(connection)).toContain("4dabf18193072939515e22adb298388d");
    expect(plain(connection)).toMatchObject({ user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 });
  });

  it("does not take marks within a secret for a change: states of before have none", async () => {
    const whole = { create: "true", connection: secret({ host: "127.0.0.1", password: "hidden" }) };
    const marked = { create: "true", connection: secret({ host: "127.0.0.1", password: secret("hidden") }) };
    expect(await plugin.diff(state(whole), marked)).toMatchObject({ diffsList: [], changes: 1 });
  });

  it("refuses what it would silently ignore", async () => {
    const { failures } = await plugin.check(onMachine({ create: "true", environment: { A: "b" } }));
    expect(failures).toEqual([expect.stringMatching(/^environment: .*does not carry.*create, update/)]);
  });
});

describe("the connection", () => {
  it("is tried again until the machine answers", async () => {
    const { port } = machine;
    const { connection } = machine;
    await machine.close();
    const made = plugin.create({ create: "echo at last", connection });
    setTimeout(() => void machine.listen(port), 400);
    expect((await made).outputs["stdout"]).toBe("at last");
    const retries = ["Dial 1/10 failed: retrying", "Dial 2/10 failed: retrying"];
    expect(await plugin.engine.said(...retries)).toEqual(expect.arrayContaining(retries));
  });

  it("is given up after as many retries as asked for", async () => {
    let attempts = 0;
    const silent = createServer((socket) => {
      attempts += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const failure = await failureOf(plugin.create(onMachine({ create: "true" }, { port, dialErrorLimit: 2 })));
    silent.close();
    expect(failure.details).toContain("after 2 failed attempts: ssh: handshake failed");
    expect(attempts).toBe(3);
  });

  it("is tried again when the machine shows another key, as the official plugin does, and nothing is run", async () => {
    const { hostKey } = new TestMachine();
    const inputs = onMachine({ create: "touch /tmp/never" }, { hostKey, dialErrorLimit: 1 });
    const failure = await failureOf(plugin.create(inputs));
    expect(failure.details).toContain("host key mismatch");
    expect([machine.connections, machine.commands]).toEqual([2, []]);
  });

  it("goes to this computer only", async () => {
    const failure = await failureOf(plugin.create(onMachine({ create: "true" }, { host: "192.0.2.1" })));
    expect(failure.details).toMatch(
      /192\.0\.2\.1: the stand-in plugin for @pulumi\/command only reaches this computer/,
    );
  });

  it("goes to this computer only behind a proxy, too", async () => {
    const proxy = machine.connection;
    const failure = await failureOf(plugin.create(onMachine({ create: "true" }, { host: "192.0.2.1", proxy })));
    expect(failure.details).toContain("only reaches this computer");
    expect(machine.connections).toBe(0);
  });
});

describe("logging", () => {
  const create = "echo seen; echo problem >&2";

  it("shows each line, unless it is asked for less", async () => {
    await plugin.create(onMachine({ create }));
    expect(await plugin.engine.said("seen", "problem")).toHaveLength(2);
    await plugin.create(onMachine({ create, logging: "stderr" }));
    expect(await plugin.engine.said("problem")).toEqual(["problem"]);
  });

  it("sends nothing of the output with none", async () => {
    const made = await plugin.create(onMachine({ create: "cat", stdin: "password: hidden", logging: "none" }));
    expect(made.outputs["stdout"]).toBe("password: hidden");
    expect(await plugin.engine.said()).toEqual([]);
  });
});
