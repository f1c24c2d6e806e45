import { createServer } from "node:net";
import { homedir } from "node:os";
import { inspect } from "node:util";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { parseEnvironment, readConfig, type Environment } from "../../components/environment";
import type { Context } from "../../components/settings";
import { ConfigError } from "../../components/settings";
import { Secret } from "../../components/settings/secret";
import { SshKeys } from "../support/sshKeys";
import { hostKey, remote, remoteMaster, remoteWorker, type Raw } from "./config.fixture";

const keys = new SshKeys();
const [right, wrong] = ["canary: opens the key", "canary: opens nothing"];
const plain = keys.make("plain");
const encrypted = keys.make("encrypted", right);
const older = keys.make("older", right, "-t", "rsa", "-b", "1024", "-m", "PEM");
const pkcs8 = keys.make("pkcs8", right, "-t", "ecdsa", "-m", "PKCS8");
afterAll(() => keys.remove());

const command = (field = "ssh.privateKeyPassphrase") => `pulumi config set --secret --path 'keelson:${field}'`;
const agentWay = "give the key to an agent and set ssh.agent to true";

function read(ssh: Raw, more: Raw = {}, env: Context["env"] = {}): Environment {
  return parseEnvironment(remote({ ssh, ...more }), { stack: "dev", directory: "/project", env });
}

function problems(ssh: Raw, more: Raw = {}, env: Context["env"] = {}): readonly string[] {
  try {
    read(ssh, more, env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = error.message.split("\n").slice(1);
    return lines.map((line) => line.slice(2));
  }
}

const secret = (text = right) => new Secret(text);

describe("an encrypted key", () => {
  test.each([
    ["OpenSSH's own form", encrypted],
    ["the older PEM", older],
  ])("in %s needs its passphrase, which the configuration or the environment has", (_, privateKeyFile) => {
    expect(problems({ privateKeyFile })).toEqual([
      `ssh.privateKeyFile: "${privateKeyFile}" is encrypted, and its passphrase is not given: use ${command()}, or set KEELSON_SSH_PASSPHRASE in the environment, or ${agentWay}`,
    ]);
    expect(problems({ privateKeyFile, privateKeyPassphrase: secret() })).toEqual([]);
    expect(problems({ privateKeyFile }, {}, { KEELSON_SSH_PASSPHRASE: right })).toEqual([]);
    expect(problems({ privateKeyFile }, {}, { KEELSON_SSH_PASSPHRASE: "" })).toHaveLength(1);
  });

  test.each([encrypted, older])("is opened by no other passphrase, wherever that comes from", (privateKeyFile) => {
    expect(problems({ privateKeyFile, privateKeyPassphrase: secret(wrong) })).toEqual([
      `ssh.privateKeyPassphrase: does not open "${privateKeyFile}": correct it with ${command()}`,
    ]);
    expect(problems({ privateKeyFile }, {}, { KEELSON_SSH_PASSPHRASE: wrong })).toEqual([
      `ssh.privateKeyFile: "${privateKeyFile}" is not opened by the environment's KEELSON_SSH_PASSPHRASE: correct that`,
    ]);
  });

  test("of PKCS #8 is one that nothing here reads", () => {
    const bare = keys.make("bare8", "", "-t", "ecdsa", "-m", "PKCS8");
    expect(problems({ privateKeyFile: bare })).toEqual([
      expect.stringContaining("is in PKCS #8, which cannot be read here"),
    ]);
    expect(problems({ privateKeyFile: pkcs8, privateKeyPassphrase: secret() })).toEqual([
      `ssh.privateKeyFile: "${pkcs8}" is in PKCS #8, which cannot be read here: write it in OpenSSH's own form with ssh-keygen -p -f FILE, or ${agentWay}`,
    ]);
  });

  test("of one machine is named there, and the stack's passphrase opens it", () => {
    const machines = [remoteMaster, { ...remoteWorker, ssh: { hostKey, privateKeyFile: encrypted } }];
    expect(problems({ privateKeyFile: plain }, { machines })).toEqual([
      expect.stringMatching(/^machines\[1\]\.ssh\.privateKeyFile: .* is encrypted, and its passphrase is not given/),
    ]);
    expect(problems({ privateKeyFile: plain, privateKeyPassphrase: secret() }, { machines })).toEqual([]);
  });

  test("whose passphrase nothing could decrypt is right as far as anyone can tell", () => {
    const raw = { privateKeyFile: encrypted, privateKeyPassphrase: { secure: "v1:abc:def" } };
    expect(problems(raw)).toEqual([]);
    const [machine] = read(raw).machines;
    expect(machine?.ssh.passphrase?.reveal()).toBeUndefined();
  });
});

describe("a passphrase", () => {
  test("in plain text is a mistake, and is not shown", () => {
    for (const privateKeyPassphrase of [right, 1234, true]) {
      const lines = problems({ privateKeyFile: encrypted, privateKeyPassphrase });
      expect(lines).toEqual([
        `ssh.privateKeyPassphrase: is not encrypted: take it out, and use ${command()}, which keeps it encrypted; or leave it out, and set KEELSON_SSH_PASSPHRASE in the environment`,
      ]);
    }
  });

  test("without an encrypted key is a mistake; in the environment it may be another stack's", () => {
    expect(problems({ privateKeyFile: plain, privateKeyPassphrase: secret() })).toEqual([
      `ssh.privateKeyPassphrase: "${plain}" is not encrypted: leave it out, or name the key that it opens`,
    ]);
    expect(problems({ privateKeyFile: plain }, {}, { KEELSON_SSH_PASSPHRASE: wrong })).toEqual([]);
  });

  test("is a secret like no other field", () => {
    expect(problems({ privateKeyFile: plain, user: secret() })).toEqual([
      "ssh.user: is a secret: no field but a passphrase of a private key keeps one, so write it in plain or leave it out",
    ]);
  });

  test("is in nothing that is printed", () => {
    const environment = read({ privateKeyFile: encrypted, privateKeyPassphrase: secret() });
    expect(environment.machines[0]?.ssh.passphrase?.reveal()).toBe(right);
    for (const text of [JSON.stringify(environment), inspect(environment, { depth: null, showHidden: true })]) {
      expect(text).not.toContain(right);
    }
  });
});

describe("the agent", () => {
  const way =
    'start one with eval "$(ssh-agent)" and add your key with ssh-add, or set ssh.agent to false and name a key file';

  test("stands in place of a key file", async () => {
    const socket = join(keys.directory, "agent");
    const server = createServer().listen(socket);
    await new Promise((resolve) => server.once("listening", resolve));
    const env = { SSH_AUTH_SOCK: socket };
    expect(read({ agent: true }, {}, env).machines[0]?.ssh).toEqual({
      host: "192.0.2.1",
      port: 22,
      user: "root",
      hostKey,
    });
    expect(problems({ agent: true, privateKeyFile: plain }, {}, env)).toEqual([
      "ssh.privateKeyFile: is a key file, and ssh.agent asks for the agent's keys: leave one of them out",
    ]);
    expect(problems({ agent: true, privateKeyPassphrase: secret() }, {}, env)).toEqual([
      "ssh.privateKeyPassphrase: there is no key file that it is for: leave it out, or name the key that it opens",
    ]);
    await new Promise((resolve) => server.close(resolve));
  });

  test("must be there", () => {
    expect(problems({ agent: true })).toEqual([
      `ssh.agent: there is no SSH agent: SSH_AUTH_SOCK is not set in the environment; ${way}`,
    ]);
    for (const path of [join(keys.directory, "gone"), plain]) {
      expect(problems({ agent: true }, {}, { SSH_AUTH_SOCK: path })).toEqual([
        `ssh.agent: there is no SSH agent: no socket is at "${path}", which SSH_AUTH_SOCK names; ${way}`,
      ]);
    }
  });

  test("is of no concern to a stack that does not ask for it", () => {
    expect(problems({ privateKeyFile: plain }, {}, { SSH_AUTH_SOCK: "/gone" })).toEqual([]);
  });
});

describe("a bastion", () => {
  const ssh = { user: "admin", port: 2222, privateKeyFile: plain };
  const host = "bastion.example.com";

  test("is logged in to as the machines are, unless it says otherwise", () => {
    expect(read({ ...ssh, bastion: { host, hostKey } }).ssh).toEqual({
      agent: false,
      connectTimeout: 5,
      bastion: { host, port: 2222, user: "admin", privateKeyFile: plain, hostKey },
    });
    const own = { host, hostKey, port: 22, user: "jump", privateKeyFile: encrypted, privateKeyPassphrase: secret() };
    const { bastion } = read({ ...ssh, bastion: own }).ssh;
    expect(bastion).toMatchObject({ port: 22, user: "jump", privateKeyFile: encrypted });
    expect(bastion?.passphrase?.reveal()).toBe(right);
  });

  test("must prove that it is itself, unless the stack trusts everyone", () => {
    expect(problems({ ...ssh, bastion: { host } })).toEqual([
      `ssh.bastion.hostKey: is missing: use what "ssh-keyscan -p 2222 -t ed25519 ${host}" prints after the host, once you know it to be right; or set ssh.hostKeyChecking to false to trust whoever answers`,
    ]);
    expect(problems({ ...ssh, hostKeyChecking: false, bastion: { host } })).toEqual([]);
  });

  test("has an address, and a key that opens", () => {
    expect(problems({ ...ssh, bastion: { hostKey } })).toEqual([
      "ssh.bastion.host: is missing: use a DNS name or an IPv4 address",
    ]);
    const bastion = { host, hostKey, privateKeyFile: encrypted };
    expect(problems({ ...ssh, bastion })).toEqual([
      expect.stringMatching(/^ssh\.bastion\.privateKeyFile: .* is encrypted, and its passphrase is not given/),
    ]);
    expect(problems({ ...ssh, bastion, privateKeyPassphrase: secret() })).toEqual([]);
    expect(problems({ ...ssh, bastion: { ...bastion, privateKeyPassphrase: secret(wrong) } })).toEqual([
      `ssh.bastion.privateKeyPassphrase: does not open "${encrypted}": correct it with ${command("ssh.bastion.privateKeyPassphrase")}`,
    ]);
  });
});

test("the wait for a connection has limits", () => {
  const connectTimeout = (value: unknown) => problems({ privateKeyFile: plain, connectTimeout: value });
  expect(connectTimeout(30)).toEqual([]);
  expect(connectTimeout(0)).toEqual(["ssh.connectTimeout: 0 is out of range: use 1 to 30"]);
  expect(connectTimeout(2.5)).toEqual(["ssh.connectTimeout: 2.5 is out of range: use 1 to 30"]);
});

test("the key is the one of your home where nothing is said", () => {
  const environment = parseEnvironment(remote(), { stack: "dev", directory: "/", readFile: () => keys.text("plain") });
  expect(environment.machines[0]?.ssh.privateKeyFile).toBe(join(homedir(), ".ssh", "id_ed25519"));
});

describe("what Pulumi decrypted", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));
  const { machines } = remote();

  function hand(ssh: Raw): void {
    const values = { provider: "ssh", machines: JSON.stringify(machines), ssh: JSON.stringify(ssh) };
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`keelson:${key}`, value]));
    pulumi.runtime.setAllConfig(config, ["keelson:ssh"]);
  }

  test("is the passphrase, where there is one", () => {
    hand({ privateKeyFile: encrypted, privateKeyPassphrase: right });
    expect(readConfig().machines[0]?.ssh.passphrase?.reveal()).toBe(right);
  });

  test("is a mistake where there is none", () => {
    hand({ privateKeyFile: plain, user: right });
    let message = "";
    try {
      readConfig();
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain("ssh: is a secret: no field but a passphrase");
    expect(message).not.toContain(right);
  });
});
