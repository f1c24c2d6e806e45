import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { utils } from "ssh2";

import { SshKeys } from "../../../tests/support/sshKeys";
import { type Bag, failureOf, TestPlugin } from "./support/plugin";
import { TestMachine } from "../../../tests/support/sshServer";

const keys = new SshKeys();
const passphrase = "opens the key";
keys.make("plain");
keys.make("encrypted", passphrase);
keys.make("held");
const socket = join(keys.directory, "agent");

let agent: ChildProcess;
let plugin: TestPlugin;
let withAgent: TestPlugin;
let machine: TestMachine;
let bastion: TestMachine;

beforeAll(async () => {
  // In the foreground, so that its process number is known and it ends with these tests.
  agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  for (const deadline = Date.now() + 60_000; !existsSync(socket) && Date.now() < deadline;) await sleep(20);
  execFileSync("ssh-add", ["-q", join(keys.directory, "held")], { env: { SSH_AUTH_SOCK: socket }, stdio: "ignore" });
  plugin = await TestPlugin.start("command", "command:remote:Command", { SSH_AUTH_SOCK: "" });
  withAgent = await TestPlugin.start("command", "command:remote:Command", { SSH_AUTH_SOCK: socket });
});
afterAll(async () => {
  const gone = once(agent, "exit");
  agent.kill();
  await Promise.all([gone, plugin.stop(), withAgent.stop()]);
  keys.remove();
});
beforeEach(async () => {
  [machine, bastion] = [new TestMachine(), new TestMachine()];
  await Promise.all([machine.listen(), bastion.listen()]);
});
afterEach(() => Promise.all([machine.close(), bastion.close()]));

/** A private key in PKCS #8. */
function inPkcs8(type: "rsa" | "ecdsa" | "ed25519"): string {
  const name = `of ${type}`;
  // OpenSSH writes no Ed25519 key in this form.
  keys.make(name, "", "-t", type, ...(type === "ed25519" ? [] : ["-m", "PKCS8"]));
  const key = utils.parseKey(keys.text(name));
  return type === "ed25519" && !(key instanceof Error) ? key.getPrivatePEM() : keys.text(name);
}

/** A login by key, without the password that these machines know. */
function login(to: TestMachine, more: Bag = {}): Bag {
  return { host: "127.0.0.1", port: to.port, user: "root", hostKey: to.hostKey, dialErrorLimit: 0, ...more };
}

const said = async (connection: Bag, by = plugin) =>
  (await by.create({ create: "echo here", connection, addPreviousOutputInEnv: false })).outputs["stdout"];
const refusal = async (connection: Bag, by = plugin) => (await failureOf(said(connection, by))).details;

describe("a key", () => {
  test("logs in, encrypted or not", async () => {
    for (const name of ["plain", "encrypted"]) machine.authorize(keys.publicKey(name));
    expect(await said(login(machine, { privateKey: keys.text("plain") }))).toBe("here");
    for (const type of ["rsa", "ecdsa", "ed25519"] as const) {
      const privateKey = inPkcs8(type);
      machine.authorize(keys.publicKey(`of ${type}`));
      expect(privateKey).toContain("-----BEGIN PRIVATE KEY-----");
      expect(await said(login(machine, { privateKey }))).toBe("here");
    }
    const encrypted = { privateKey: keys.text("encrypted"), privateKeyPassword: passphrase };
    expect(await said(login(machine, encrypted))).toBe("here");
  });

  test("does not log in with another passphrase, or with none, and the passphrase is not told", async () => {
    machine.authorize(keys.publicKey("encrypted"));
    const privateKey = keys.text("encrypted");
    const wrong = await refusal(login(machine, { privateKey, privateKeyPassword: "opens nothing" }));
    expect(wrong).toMatch(/decryption password incorrect/);
    expect(wrong).not.toContain("opens nothing");
    expect(await refusal(login(machine, { privateKey }))).toMatch(/passphrase protected/);
    expect(machine.commands).toEqual([]);
  });
});

describe("an agent", () => {
  test("logs in with its keys, found in the environment or named", async () => {
    machine.authorize(keys.publicKey("held"));
    expect(await said(login(machine), withAgent)).toBe("here");
    expect(await said(login(machine, { agentSocketPath: socket }))).toBe("here");
    expect(await refusal(login(machine))).toContain("unable to authenticate");
  });

  test("is not asked where a key is given: of two ways by public key, the first is tried", async () => {
    machine.authorize(keys.publicKey("held"));
    expect(await refusal(login(machine, { privateKey: keys.text("plain") }), withAgent)).toContain(
      "unable to authenticate",
    );
  });

  test("that is dead breaks every login, also where a key is given, and at once", async () => {
    const connection = login(machine, { privateKey: keys.text("plain"), dialErrorLimit: 10 });
    machine.authorize(keys.publicKey("plain"));
    const gone = join(keys.directory, "gone");
    expect(await refusal({ ...connection, agentSocketPath: gone })).toContain(
      `dial unix ${gone}: connect: no such file`,
    );
    expect(machine.connections).toBe(0);
  });
});

describe("a bastion", () => {
  const throughIt = (proxy: Bag, more: Bag = {}) =>
    login(machine, { privateKey: keys.text("plain"), proxy: login(bastion, proxy), ...more });

  beforeEach(() => {
    machine.authorize(keys.publicKey("plain"));
    bastion.authorize(keys.publicKey("encrypted"));
    bastion.authorize(keys.publicKey("held"));
  });
  const proxyKey = { privateKey: keys.text("encrypted"), privateKeyPassword: passphrase };

  test("forwards to the machine, with a key of its own, and runs nothing", async () => {
    expect(await said(throughIt(proxyKey))).toBe("here");
    expect(bastion.forwarded).toEqual([`127.0.0.1:${machine.port}`]);
    expect([bastion.commands, machine.commands]).toEqual([[], ["echo here"]]);
  });

  test("is logged in to with the agent's keys where it has none", async () => {
    expect(await said(throughIt({}), withAgent)).toBe("here");
  });

  test("must be itself, and so must the machine behind it", async () => {
    const { hostKey } = new TestMachine();
    expect(await refusal(throughIt({ ...proxyKey, hostKey }))).toMatch(/^proxy: .*host key mismatch/);
    expect(bastion.forwarded).toEqual([]);
    expect(await refusal(throughIt(proxyKey, { hostKey }))).toMatch(/^proxy: .*host key mismatch/);
    expect(machine.commands).toEqual([]);
  });

  test("is told of as such, where it does not answer and where the machine behind it does not", async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
    const { port } = nobody.address() as { port: number };
    await new Promise((resolve) => nobody.close(resolve));
    expect(await refusal(throughIt({ ...proxyKey, port }))).toContain(
      `proxy: after 0 failed attempts: dial tcp 127.0.0.1:${port}`,
    );
    expect(await refusal(throughIt(proxyKey, { port, dialErrorLimit: 2 }))).toContain(
      "proxy: after 2 failed attempts: ssh: rejected",
    );
    expect(bastion.forwarded).toHaveLength(3);
  });
});
