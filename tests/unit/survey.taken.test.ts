import { connect, createServer } from "node:net";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import type { ServerChannel } from "ssh2";

import type { Login } from "../../components/ssh";
import { look, takeSurvey } from "../../components/survey";
import { hostKey } from "../golden/topologies";
import { portFor } from "../support/ports";
import { SshKeys } from "../support/sshKeys";
import { TestMachine } from "../support/sshServer";
import { environment, machineOf } from "./render.fixture";

describe("a survey", () => {
  const keys = new SshKeys();
  let owner = "";
  const tell = (channel: ServerChannel) => {
    channel.write(`boot 1\nclock 2\n${owner}end\n`);
    channel.exit(0);
    channel.end();
  };
  const server = new TestMachine((_, __, channel) => void channel.resume().on("end", () => tell(channel)));
  const machine = (name: string, last: number) => ({
    name,
    address: `192.0.2.${last}`,
    ssh: { hostKey: hostKey(name) },
  });
  const asked = environment({
    survey: "on",
    machines: [{ ...machine("m", 1), roles: ["master", "etcd"] }, machine("w", 2), machine("x", 3)],
  });
  let login: Login;
  beforeAll(async () => {
    keys.make("id");
    keys.make("stranger");
    login = await server.letIn(keys, "id");
  });
  afterAll(async () => {
    await server.close();
    keys.remove();
  });
  /** Another machine, and how to log in there. */
  async function listening(machine: TestMachine): Promise<{ readonly machine: TestMachine; readonly login: Login }> {
    return { machine, login: await machine.letIn(keys, "id") };
  }

  test("asks each machine that is there once, as root, and names those that do not answer", async () => {
    const before = server.connections;
    const logins: Readonly<Record<string, Login>> = {
      m: login,
      w: { ...login, privateKey: keys.text("stranger") },
      x: { ...login, port: 1 },
    };
    const survey = await takeSurvey(asked, (name) => logins[name]);
    expect(server.connections).toBe(before + 2);
    expect(server.commands.at(-1)).toBe("bash -s");
    const found = Object.fromEntries(
      survey.asked.map(({ config, silence, refused }) => [config.name, [silence, refused]]),
    );
    expect(found.m).toEqual([undefined, undefined]);
    expect(found.w).toEqual([expect.stringMatching(/^refuses the login of root: see ssh\.user/), true]);
    expect(found.x).toEqual([expect.stringMatching(/^does not answer \(connection refused/), undefined]);
  });
  test("that ends up hearing nothing asks once more, and twice as patiently, in a run", async () => {
    const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
    info.mockClear();
    let came = 0;
    const slow = await listening(
      new TestMachine((_, __, channel) => {
        channel.resume().on("end", () => (++came === 1 ? channel.close() : tell(channel)));
      }),
    );
    const logins: Readonly<Record<string, Login>> = { m: login, w: slow.login };
    const silenceOfW = async () =>
      (await takeSurvey(asked, (name) => logins[name])).asked.find(({ config }) => config.name === "w")?.silence;
    expect([await silenceOfW(), came]).toEqual([undefined, 2]);
    expect(info).not.toHaveBeenCalled();
    came = 0;
    jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValueOnce(true);
    expect([await silenceOfW(), came]).toEqual([expect.stringMatching(/^ended the survey with exit status -1/), 1]);
    await slow.machine.close();
  });
  test("waits for a bastion's login before it counts what a machine takes", async () => {
    const bastion = await listening(new TestMachine());
    // Whoever comes waits for the banner.
    const before = createServer((socket) => {
      setTimeout(() => socket.pipe(connect(bastion.login.port, "127.0.0.1")).pipe(socket), 6000);
    });
    const way = {
      host: "127.0.0.1",
      port: await portFor(before),
      user: "jump",
      privateKeyFile: join(keys.directory, "id"),
    };
    const behind = { ...asked, ssh: { ...asked.ssh, bastion: { ...way, hostKey: bastion.login.hostKey } } };
    const survey = await takeSurvey(behind, (name) => (name === "m" ? login : undefined));
    expect(survey.asked.map(({ silence }) => silence)).toEqual([undefined]);
    before.close();
    await bastion.machine.close();
  }, 20_000);
  test("tells what a machine said that lets in whoever asks, and does not tell all", async () => {
    const cloud = await listening(
      new TestMachine((_, __, channel) => channel.write('Please login as the user "ubuntu".\n\n')),
    );
    const { silence } = await look(cloud.login, "true", undefined, { loginMs: 5000, timeoutMs: 500 });
    expect(silence).toBe(
      'lets root in, and has not told all: no answer within 0.5 s (ETIMEDOUT); it said last: Please login as the user "ubuntu".',
    );
    await cloud.machine.close();
  });
  test("waits for a busy machine as long as it goes on telling, and no longer than for all of it", async () => {
    const busy = await listening(
      new TestMachine((_, __, channel) => {
        const tells = setInterval(() => channel.write("script one\n"), 100);
        channel.on("close", () => clearInterval(tells));
        setTimeout(() => (clearInterval(tells), channel.exit(0), channel.end()), 1500);
      }),
    );
    const told = (printingMs: number) =>
      look(busy.login, "true", undefined, { loginMs: 5000, timeoutMs: 500, printingMs });
    expect((await told(30_000)).silence).toMatch(/^ended the survey with exit status 0: script one/);
    expect((await told(1000)).silence).toBe(
      "lets root in, and has not told all: no end within 1 s (ETIMEDOUT); it said last: script one",
    );
    await busy.machine.close();
  });
  test("has machines know that they were asked and told nothing", async () => {
    const logins: Readonly<Record<string, Login>> = { m: login, x: { ...login, port: 1 } };
    const survey = await takeSurvey(asked, (name) => logins[name]);
    const machines = asked.machines.map(({ name }, index) => machineOf(asked, index, { name }));
    expect(survey.see(machines).map(({ name, silent }) => [name, silent])).toEqual([
      ["m", undefined],
      ["w", undefined],
      ["x", true],
    ]);
  });
  test("finds machines that are marked as lost, and are there", async () => {
    const lost = environment({
      workloads: { enabled: false },
      machines: [
        { ...machine("m", 1), roles: ["master", "etcd"] },
        { ...machine("w", 2), lost: true },
        { ...machine("x", 3), lost: true },
      ],
    });
    const logins: Readonly<Record<string, Login>> = { m: login, w: login, x: { ...login, port: 1 } };
    owner = "owner an-id prod\n";
    const survey = await takeSurvey(lost, (name) => logins[name]);
    expect(survey.back.map(({ name }) => name)).toEqual(["w"]);
    expect(survey.asked.map(({ config }) => config.name)).toEqual(["m"]);
    // From which everything was taken.
    owner = "";
    expect((await takeSurvey(lost, (name) => logins[name])).back).toEqual([]);
  });
  test("leaves alone what is not there, and everything where it is not wanted", async () => {
    const before = server.connections;
    expect((await takeSurvey(asked, () => undefined)).asked).toEqual([]);
    expect((await takeSurvey(environment({ survey: "off" }), () => login)).asked).toEqual([]);
    expect(server.connections).toBe(before);
  });
});
