import type { Stack } from "@pulumi/pulumi/automation";

import { backUpNow, backupLines, type BackupLook } from "../../cli/backup";
import { SshKeys } from "../support/sshKeys";
import { TestMachine } from "../support/sshServer";
import { listen, written } from "./cli.fixture";

const look = (more: Partial<BackupLook>): BackupLook => ({
  ...{ machine: "m1", newest: null, verified: null, faults: [] },
  ...more,
});
const plain = (_: string, text: string) => text;
const newest = { at: "2026-11-26T17:55:19Z", id: "0d2726f4".padEnd(64, "0"), revision: "3229", keys: "383" };

test("the newest backup that a member knows of is told, and the last one that was verified", () => {
  const earlier = look({ newest: { ...newest, at: "2026-11-25T17:55:19Z", id: "a".repeat(64) } });
  const later = look({ machine: "m2", newest, verified: "2026-11-26T17:55:26Z" });
  expect(backupLines([earlier, later], plain)).toEqual([
    "etcd was backed up at 2026-11-26T17:55:19Z (0d2726f4, revision 3229, 383 keys of Kubernetes); a backup was restored to verify it at 2026-11-26T17:55:26Z",
  ]);
});

test("members that know of none, as after all were made anew, do not say that there is none", () => {
  expect(backupLines([look({ faults: ["it was not asked"] })], plain)).toEqual([
    "no member of etcd knows of a backup yet: their timer looks within minutes, and make backup makes one now",
    "backups\n  m1: it was not asked",
  ]);
});

describe("a backup that somebody asks for", () => {
  const keys = new SshKeys();
  let [status, said] = [0, listen()];
  const backingUp = new TestMachine((_, __, channel) => {
    channel.stderr.write(status === 0 ? "etcd was backed up\n" : "error: no room\n");
    channel.exit(status);
    channel.end();
  });
  const bastion = new TestMachine();
  const environment = { ...process.env, KEELSON_SSH_PASSPHRASE: "a passphrase" };

  beforeAll(async () => {
    keys.make("encrypted", "a passphrase");
    for (const machine of [backingUp, bastion]) await machine.letIn(keys, "encrypted");
  });
  afterAll(async () => {
    await Promise.all([backingUp.close(), bastion.close()]);
    keys.remove();
  });
  beforeEach(() => {
    said = listen();
    jest.replaceProperty(process, "env", environment);
    backingUp.commands.length = 0;
  });

  function backedUp(...ports: readonly number[]): Promise<number> {
    const settings = {
      provider: "ssh",
      ssh: {
        ...{ privateKeyFile: `${keys.directory}/encrypted`, connectTimeout: 1 },
        bastion: { host: "127.0.0.1", port: bastion.port, hostKey: bastion.hostKey },
      },
      etcd: { backup: { to: "/srv/share", password: "p" } },
      machines: ports.map((port, index) => ({
        ...{ name: `m${index}`, address: `192.0.2.${index + 1}` },
        roles: index === 0 ? ["master", "worker", "etcd"] : ["etcd"],
        ssh: { host: "127.0.0.1", port, user: index === 0 ? "root" : "admin", hostKey: backingUp.hostKey },
      })),
    };
    const etcd = { backup: { to: "/srv/share", password: { secure: "v1:abc" } } };
    written("unit-backup", { ...settings, etcd });
    const handed = Object.entries(settings).map(([key, value]) => [
      `keelson:${key}`,
      { value: typeof value === "string" ? value : JSON.stringify(value), secret: key === "etcd" },
    ]);
    const getAllConfig = () => Promise.resolve(Object.fromEntries(handed) as object);
    return backUpNow({ name: "unit-backup", getAllConfig } as unknown as Stack);
  }

  test("is made with the passphrase of the environment and through the bastion, where there is no terminal", async () => {
    status = 0;
    expect(await backedUp(backingUp.port)).toBe(0);
    expect(backingUp.commands).toEqual([expect.stringMatching(/^bash \S+etcd-backup now$/)]);
    expect(bastion.forwarded).toEqual([`127.0.0.1:${backingUp.port}`]);
    expect(said.err).toBe("etcd was backed up\n");
    expect(said.out).toMatch(/^a way back needs this backup, its password/);
  });

  test("is made by the next member where one does not answer, as root", async () => {
    status = 0;
    expect(await backedUp(1, backingUp.port, 2)).toBe(0);
    expect(said.err).toMatch(
      /^m0 made no backup: it does not answer \(the bastion does not reach it\)\netcd was backed up\n$/,
    );
    expect(backingUp.commands).toEqual([expect.stringMatching(/^sudo -n bash \S+etcd-backup now$/)]);
  });

  test("fails where no member makes one, and says what each said", async () => {
    status = 1;
    expect(await backedUp(backingUp.port)).toBe(1);
    expect(said.err).toBe("error: no room\nm0 made no backup: its output is above\n");
    expect(said.out).toBe("");
  });
});
