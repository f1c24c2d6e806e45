import { spawnSync } from "node:child_process";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import * as pulumi from "@pulumi/pulumi";

import { endingOf } from "../../cli/endings";
import { Fleet, shortDigest } from "../../components/script";
import { equip } from "../../components/script/equip";
import { shippedTexts } from "../../components/script/texts";
import type { Login, SshLogin } from "../../components/ssh";
import { closedPort, portFor } from "../support/ports";
import { TestMachine } from "../support/sshServer";
import { SshKeys } from "../support/sshKeys";

const keys = new SshKeys();
keys.make("id");
const privateKey = keys.text("id");
const texts = [...shippedTexts().values()];
/** What the machine says that it has, and what it was sent. */
let there: readonly string[] = [];
let sent: string[] = [];
const machine = new TestMachine((command, _, channel) => {
  const pieces: Buffer[] = [];
  channel.on("data", (data: Buffer) => pieces.push(data));
  channel.on("end", () => {
    if (command.includes("gunzip")) sent.push(gunzipSync(Buffer.concat(pieces)).toString());
    else channel.write(`${there.join("\n")}\n`);
    channel.exit(0);
    channel.end();
  });
});

beforeAll(async () => {
  machine.authorize(keys.publicKey("id"));
  await machine.listen();
});
afterAll(async () => {
  await machine.close();
  keys.remove();
});
beforeEach(() => {
  sent = [];
  there = [];
});

const loginAt = (port: number) => ({ host: "127.0.0.1", port, user: "root", privateKey, hostKey: machine.hostKey });

test("a machine is sent the texts that it lacks, each into a file that its digest names, in one login", async () => {
  const [has, ...lacks] = texts;
  there = [has?.digest ?? ""];
  const before = machine.connections;
  await equip({ name: "worker-1", login: loginAt(machine.port), texts });
  expect(machine.connections).toBe(before + 1);
  const [program = ""] = sent;
  for (const { digest } of lacks) expect(program).toContain(`>"$new/${digest}"\n`);
  expect(program).not.toContain(`>"$new/${has?.digest ?? ""}"\n`);
  expect(program.trim().endsWith('mv -f "$new/take" /var/lib/keelson/take\nrmdir "$new"\n}')).toBe(true);
  // A connection that is lost leaves what came of it: none of that runs.
  expect(spawnSync("bash", ["-s"], { input: program.slice(0, -3) }).stderr.toString()).toMatch(
    /unexpected end of file/,
  );
});

test("it is sent what all programs of its cluster have, in one login, and what one needs that comes later", async () => {
  const fleet = new Fleet("", () => Promise.resolve());
  const access = { name: "worker-1", login: () => loginAt(machine.port) };
  const textOf = (text: string) => ({ name: text, digest: shortDigest(text), text });
  const [first, later] = [textOf("one"), textOf("two")];
  fleet.keep("test.sh", [first]);
  const before = machine.connections;
  await Promise.all([fleet.equip(access, [first]), fleet.equip(access, [])]);
  expect(machine.connections).toBe(before + 1);
  expect(sent.join()).toContain(`>"$new/${first.digest}"\n`);
  fleet.keep("test.sh", [later]);
  await Promise.all([fleet.equip(access, [later]), fleet.equip(access, [first, later])]);
  expect(machine.connections).toBe(before + 2);
  expect(sent.at(-1)).toContain(`>"$new/${later.digest}"\n`);
});

test("it is handed the secrets of one script's next run, in memory, each into a file that its digest names", async () => {
  const fleet = new Fleet("", () => Promise.resolve());
  const secret = { name: "KEY", digest: shortDigest("secret"), text: "secret" };
  const before = machine.connections;
  await fleet.hand({ name: "master-1", login: () => loginAt(machine.port) }, "master-1-etcd", [secret]);
  expect(machine.connections).toBe(before + 1);
  expect(sent).toEqual([
    expect.stringMatching(/^\{\nset -eu\numask 077\nrm -rf '\/run\/keelson\/handed\/master-1-etcd'\n/),
  ]);
  expect(sent[0]).toContain(`printf '%s' 'secret' >"$new/${secret.digest}"\n`);
});

describe("behind a bastion", () => {
  const bastion = new TestMachine();
  beforeAll(async () => {
    bastion.authorize(keys.publicKey("id"));
    await bastion.listen();
  });
  afterAll(() => bastion.close());
  const way = (more: Partial<SshLogin> = {}) => ({
    host: "127.0.0.1",
    port: bastion.port,
    user: "jump",
    privateKeyFile: join(keys.directory, "id"),
    hostKey: bastion.hostKey,
    ...more,
  });
  const hand = (login: Login, before = way()) =>
    new Fleet("", () => Promise.resolve(), { bastion: before, connectTimeout: 5 }).hand(
      { name: "w", login: () => login },
      "w-script",
      [],
    );
  /** With what it fails, and how the run ends. */
  async function failureOf(handed: Promise<void>): Promise<readonly string[]> {
    const message = await handed.then(
      () => "it did not fail",
      (error: unknown) => (error as Error).message,
    );
    return [message, endingOf([message])];
  }

  test("that turns the first login away, it is dialled anew", async () => {
    const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
    let came = 0;
    const before = createServer((socket) => {
      if (++came === 1) socket.destroy();
      else socket.pipe(connect(bastion.port, "127.0.0.1")).pipe(socket);
    });
    await hand(loginAt(machine.port), way({ port: await portFor(before) }));
    expect([came, sent.length]).toEqual([2, 1]);
    expect(info).toHaveBeenCalledWith(expect.stringMatching(/^w takes no login now: the bastion .* does not answer/));
    before.close();
  }, 30_000);
  test("a machine that only starts is asked again", async () => {
    const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
    info.mockClear();
    const starting = new TestMachine((_, __, channel) => {
      channel.resume().on("end", () => {
        channel.exit(0);
        channel.end();
      });
    });
    starting.authorize(keys.publicKey("id"));
    const port = await closedPort();
    const handed = hand({ ...loginAt(port), hostKey: starting.hostKey });
    while (info.mock.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await starting.listen(port);
    await handed;
    await starting.close();
    expect(info.mock.calls).toEqual([[expect.stringMatching(/^w takes no login now: .*Retrying for 60 s$/)]]);
  }, 30_000);
  test("a machine that was rebuilt is told with the way out, as one that is dialled straight", async () => {
    expect(await failureOf(hand({ ...loginAt(machine.port), hostKey: bastion.hostKey }))).toEqual([
      expect.stringMatching(/^host key mismatch: 1 machine shows another host key.*\n {2}w \(.*\nif you rebuilt it/),
      "unreachable",
    ]);
  });
  test("no machine is at fault for the bastion", async () => {
    keys.make("stranger");
    const refused = hand(loginAt(machine.port), way({ privateKeyFile: join(keys.directory, "stranger") }));
    expect(await failureOf(refused)).toEqual([
      expect.stringMatching(/^w \(\S+\) is not reached: the bastion \S+ refuses the login of jump: see ssh\.bastion/),
      "unreachable",
    ]);
    expect(await failureOf(hand(loginAt(machine.port), way({ hostKey: machine.hostKey })))).toEqual([
      expect.stringMatching(
        /is not reached: the bastion \S+ shows another host key than ssh\.bastion\.hostKey: if you/,
      ),
      "unreachable",
    ]);
  });
});

test("one that takes no login now is named, and asked again", async () => {
  const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
  // Refuses the first, as one that limits how many come.
  let came = 0;
  const limiting = createServer((socket) => {
    came++;
    socket.destroy();
  });
  const port = await portFor(limiting);
  const equipped = equip({ name: "worker-1", login: loginAt(port), texts });
  while (came === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => limiting.close(resolve));
  await machine.close();
  await machine.listen(port);
  await equipped;
  expect(sent).toHaveLength(1);
  expect(info).toHaveBeenCalledWith(expect.stringMatching(/^worker-1 takes no login now: .*Retrying for 60 s$/));
}, 30_000);

test("one whose name does not resolve is told with the way out, at once", async () => {
  const login = { ...loginAt(machine.port), host: "host.invalid" };
  const failure = await equip({ name: "worker-1", login, texts }).catch((error: unknown) => (error as Error).message);
  expect(failure).toMatch(/^1 machine does not answer:\n {2}worker-1 \(host\.invalid:\d+\): its name does not resolve/);
});
