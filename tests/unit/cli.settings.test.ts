import * as automation from "@pulumi/pulumi/automation";

import { decryptedEnvironment, environmentOf } from "../../cli/machines";
import { openStack } from "../../cli/project";
import { allSettings } from "../../cli/settings";
import { SshKeys } from "../support/sshKeys";
import { written } from "./cli.fixture";

const keys = new SshKeys();
const privateKeyFile = keys.make("id");
afterAll(() => keys.remove());

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOuPxIx1/nsZ440kdhJuiR3K4roqyvLi+j/LCJqHJ5fl";
const machines = [{ name: "m", roles: ["master", "worker"], address: "192.0.2.1", ssh: { hostKey } }];
const settings = { provider: "ssh", machines };

/** A stack that the engine knows these settings of, texts as Pulumi hands them over; and whether it was asked for them. */
function known(all: object, secret: readonly string[] = []) {
  const handed = Object.entries(all).map(([key, value]) => [
    `keelson:${key}`,
    { value: typeof value === "string" ? value : JSON.stringify(value), secret: secret.includes(key) },
  ]);
  const getAllConfig = jest.fn(() => Promise.resolve(Object.fromEntries(handed) as automation.ConfigMap));
  return { stack: { name: "unit-settings", getAllConfig } as unknown as automation.Stack, getAllConfig };
}

const elsewhere = { ssh: { user: "admin", privateKeyFile } };

describe("what a stack's file has not itself", () => {
  test.each([
    ["is in Pulumi.yaml", { config: { "keelson:ssh": { value: elsewhere.ssh } } }, {}],
    ["is in an environment of Pulumi's", {}, { environment: ["team/ssh"] }],
  ])("%s, and the engine tells it", async (_, project, more) => {
    written("unit-settings", settings, project, more);
    const { machines } = await decryptedEnvironment(known({ ...settings, ...elsewhere }).stack);
    expect(machines[0]?.ssh).toMatchObject(elsewhere.ssh);
  });

  test("may be a secret, also where the file does not know it as one", async () => {
    written("unit-settings", settings, {}, { environment: ["team/backup"] });
    const etcd = { backup: { to: "/srv/share", password: "hush" } };
    const { stack } = known({ ...settings, ...elsewhere, etcd }, ["etcd"]);
    const environment = await decryptedEnvironment(stack);
    expect(environment.etcd.backup?.password.reveal()).toBe("hush");
    expect(JSON.stringify(environment)).not.toContain("hush");
  });

  test("may be the mark of a machine that is lost", async () => {
    written("unit-settings", { provider: "ssh" }, {}, { environment: ["team/machines"] });
    const lost = [{ name: "m", lost: true }];
    expect((await allSettings(known({ machines: lost }).stack))["machines"]).toEqual(lost);
  });
});

describe("a file that says all", () => {
  test("needs no engine", async () => {
    written("unit-settings", { ...settings, ...elsewhere });
    const { stack, getAllConfig } = known({});
    expect((await decryptedEnvironment(stack)).machines[0]?.ssh.user).toBe("admin");
    expect((await allSettings(stack))["machines"]).toEqual(machines);
    expect(getAllConfig).not.toHaveBeenCalled();
  });

  test("may have texts of JSON, as pulumi config set writes them, and keys of other programs", () => {
    const config = {
      "docker:host": "unix:///x",
      "keelson:provider": "ssh",
      "keelson:ssh": JSON.stringify(elsewhere.ssh),
    };
    const more = { config: { ...config, "keelson:machines": JSON.stringify(machines) } };
    written("unit-settings", {}, {}, more);
    expect(environmentOf("unit-settings").machines[0]?.ssh).toMatchObject(elsewhere.ssh);
  });
});

describe("a stack that is opened", () => {
  beforeEach(() => jest.replaceProperty(process, "env", { ...process.env, PULUMI_BACKEND_URL: "s3://elsewhere" }));

  async function opened(all: object) {
    const answer = Object.fromEntries(
      Object.entries(all).map(([key, value]) => [`keelson:${key}`, { value: JSON.stringify(value) }]),
    );
    const run = (args: string[]) => Promise.resolve({ stdout: args[0] === "config" ? JSON.stringify(answer) : "" });
    jest.spyOn(automation.PulumiCommand, "get").mockResolvedValue({ run } as unknown as automation.PulumiCommand);
    return (await openStack("unit-settings", "found")).workspace.envVars;
  }

  test("leaves the person's SSH agent to plugins where Pulumi.yaml asks for it", async () => {
    const ssh = { agent: true };
    written("unit-settings", settings, { config: { "keelson:ssh": { value: ssh } } });
    expect(Object.keys(await opened({ ...settings, ssh }))).toEqual(["PULUMI_PARALLEL"]);
  });

  test("says where local machines have to be written down", async () => {
    written("unit-settings", {}, {}, { environment: ["team/local"] });
    await expect(opened({ provider: "local", machines })).rejects.toThrow(
      "stack unit-settings has local machines, which Pulumi.unit-settings.yaml does not say: write keelson:provider: local into that file itself",
    );
  });
});
