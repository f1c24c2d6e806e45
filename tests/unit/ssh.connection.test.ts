import { createPublicKey } from "node:crypto";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { loginArguments } from "../../cli/machines";
import { parseEnvironment, type Environment } from "../../components/environment";
import { Secret } from "../../components/settings/secret";
import { stackDirectory } from "../../components/local/keys";
import { sshMachines } from "../../components/machine";
import { dialErrorLimit } from "../../components/ssh/connection";
import { SshKeys } from "../support/sshKeys";
import { hostKey, remote, type Raw } from "./config.fixture";
import { anyFleet } from "./render.fixture";

const keys = new SshKeys();
const passphrase = "canary: opens the key";
const plain = keys.make("plain");
const encrypted = keys.make("it's 100%", passphrase);
const bastion = { host: "bastion.example.com", port: 2222, user: "jump", hostKey };
const socket = join(keys.directory, "agent");
const agent = createServer();
beforeAll(() => new Promise<void>((resolve) => agent.listen(socket, resolve)));
afterAll(() => {
  agent.close();
  keys.remove();
  rmSync(stackDirectory("unit-ssh"), { recursive: true, force: true });
});

function environmentOf(ssh: Raw): Environment {
  const env = { SSH_AUTH_SOCK: socket };
  return parseEnvironment(remote({ ssh }), { stack: "unit-ssh", directory: "/project", env });
}

/** The first machine's connection, its secrets in clear, and the names of those. */
async function connection(ssh: Raw): Promise<{ readonly value: Raw; readonly secrets: readonly string[] }> {
  const args = sshMachines(environmentOf(ssh), anyFleet)[0]?.connection ?? {};
  const entries = await Promise.all(
    Object.entries(args).map(async ([key, value]) => {
      const output = pulumi.output(value as pulumi.Input<string>);
      const known: unknown = await new Promise((resolve) => void output.apply(resolve));
      return { key, known, secret: await pulumi.isSecret(output) };
    }),
  );
  return {
    value: Object.fromEntries(entries.map(({ key, known }) => [key, known])),
    secrets: entries.filter(({ secret }) => secret).map(({ key }) => key),
  };
}

describe("a connection", () => {
  const timing = { perDialTimeout: 5, dialErrorLimit: 9 };
  const direct = { host: "192.0.2.1", port: 22, user: "root", hostKey, ...timing };

  test("has a passphrase where its key is encrypted, and both are secrets", async () => {
    const { value, secrets } = await connection({
      privateKeyFile: encrypted,
      privateKeyPassphrase: new Secret(passphrase),
    });
    expect(value).toEqual({ ...direct, privateKey: keys.text("it's 100%"), privateKeyPassword: passphrase });
    expect(secrets.toSorted()).toEqual(["privateKey", "privateKeyPassword"]);
  });

  test("has none where its key needs none, and no proxy where there is no bastion", async () => {
    const { value } = await connection({ privateKeyFile: plain });
    expect(value).toEqual({ ...direct, privateKey: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/) as string });
  });

  test("has an Ed25519 key in the shorter of its forms, which is the same key, and others as they are", async () => {
    const { privateKey } = (await connection({ privateKeyFile: plain })).value;
    const publicKey = createPublicKey(String(privateKey)).export({ type: "spki", format: "der" });
    expect(Buffer.from(keys.publicKey("plain").split(" ")[1] ?? "", "base64").subarray(-32)).toEqual(
      publicKey.subarray(-32),
    );
    expect(String(privateKey).length).toBeLessThan(keys.text("plain").length / 3);
    for (const [name, ...options] of [
      ["rsa", "-t", "rsa"],
      ["ecdsa", "-t", "ecdsa"],
      ["pem", "-t", "rsa", "-m", "PEM"],
    ] as const) {
      const file = keys.make(name, "", ...options);
      expect((await connection({ privateKeyFile: file })).value["privateKey"]).toBe(keys.text(name));
    }
  });

  test("has no key and no path where the agent logs in: each session's agent is another", async () => {
    const { value } = await connection({ agent: true, bastion });
    expect(value).toEqual({ ...direct, proxy: { ...bastion, ...timing } });
  });

  test("goes through the bastion, each with its own key", async () => {
    const privateKeyPassphrase = new Secret(passphrase);
    const ssh = { privateKeyFile: plain, bastion: { ...bastion, privateKeyFile: encrypted, privateKeyPassphrase } };
    const { value, secrets } = await connection(ssh);
    const { privateKey, privateKeyPassword, ...proxy } = value.proxy as Raw;
    expect(proxy).toEqual({ ...bastion, ...timing });
    expect([privateKey, privateKeyPassword]).toEqual([keys.text("it's 100%"), passphrase]);
    expect(value.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(secrets.toSorted()).toEqual(["privateKey", "proxy"]);
  });
});

test("the first hop is the machine, or the bastion before all of them", () => {
  const hops = (ssh: Raw) => sshMachines(environmentOf(ssh), anyFleet).map(({ firstHop }) => firstHop);
  expect(hops({ privateKeyFile: plain })).toEqual([
    { name: "m", host: "192.0.2.1", port: 22, hostKey },
    { name: "w", host: "192.0.2.2", port: 22, hostKey },
  ]);
  const hop = { name: "the bastion", host: bastion.host, port: bastion.port, hostKey: bastion.hostKey };
  expect(hops({ privateKeyFile: plain, bastion })).toEqual([hop, hop]);
});

test("a machine is given up within a minute, whatever one attempt may take", () => {
  for (let timeout = 1; timeout <= 30; timeout++) {
    const limit = dialErrorLimit(timeout);
    let pauses = 0;
    for (let n = 0; n < limit; n++) pauses += Math.min(0.1 * 1.5 ** n, 5);
    expect((limit + 1) * timeout + pauses).toBeLessThanOrEqual(60);
    expect((limit + 2) * timeout + pauses + Math.min(0.1 * 1.5 ** limit, 5)).toBeGreaterThan(60);
  }
  expect([1, 5, 15].map(dialErrorLimit)).toEqual([16, 9, 2]);
});

describe("a shell", () => {
  const args = (ssh: Raw) => {
    const environment = environmentOf(ssh);
    const [machine] = environment.machines;
    return machine ? loginArguments(environment, machine) : [];
  };
  const file = join(stackDirectory("unit-ssh"), "known_hosts");
  const trust = ["-o", `UserKnownHostsFile="${file}"`, "-o", "StrictHostKeyChecking=yes"];
  const last = (seconds: number) => ["-o", `ConnectTimeout=${seconds}`, "root@192.0.2.1"];

  test("logs in as the program does", () => {
    expect(args({ privateKeyFile: plain })).toEqual(
      [["-o", `IdentityFile="${plain}"`, "-o", "IdentitiesOnly=yes"], ["-p", "22"], trust, last(5)].flat(),
    );
    expect(args({ privateKeyFile: plain, hostKeyChecking: false, user: "admin" })).toContain("admin@192.0.2.1");
  });

  test("has the agent's keys where these log in", () => {
    expect(args({ agent: true, connectTimeout: 9 })).toEqual([["-p", "22"], trust, last(9)].flat());
  });

  test("goes through the bastion, with its key and its host key", () => {
    const ssh = { privateKeyFile: plain, bastion: { ...bastion, privateKeyFile: encrypted } };
    const words = args({ ...ssh, privateKeyPassphrase: { secure: "v1:abc" } });
    const [proxy = ""] = words.filter((one) => one.startsWith("ProxyCommand="));
    // It is the bastion that is waited for: a passphrase may have to be typed for it.
    expect(proxy).toContain(`'-o' 'ConnectTimeout=5'`);
    expect(words.filter((one) => one.startsWith("ConnectTimeout="))).toEqual([]);
    expect(proxy).toContain(`'IdentityFile="${encrypted.replace("'", `'\\''`).replace("%", "%%%%")}"'`);
    expect(proxy).toContain(`'-o' 'UserKnownHostsFile="${file}"'`);
    expect(proxy).toMatch(/'-W' %h:%p 'jump@bastion\.example\.com'$/);
  });
});
