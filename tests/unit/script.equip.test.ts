import { spawnSync } from "node:child_process";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import * as pulumi from "@pulumi/pulumi";

import { Fleet, shortDigest } from "../../components/script";
import { equip } from "../../components/script/equip";
import { shippedTexts } from "../../components/script/texts";
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
  for (const { digest } of lacks) expect(program).toContain(`mv -f "$new" ${digest}\n`);
  expect(program).not.toContain(`mv -f "$new" ${has?.digest ?? ""}\n`);
  expect(program.trim().endsWith('mv -f "$new" /var/lib/keelson/take\n}')).toBe(true);
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
  expect(sent.join()).toContain(`mv -f "$new" ${first.digest}\n`);
  fleet.keep("test.sh", [later]);
  await Promise.all([fleet.equip(access, [later]), fleet.equip(access, [first, later])]);
  expect(machine.connections).toBe(before + 2);
  expect(sent.at(-1)).toContain(`mv -f "$new" ${later.digest}\n`);
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
  expect(sent[0]).toContain(`printf '%s' 'secret' >"$new"\nmv -f "$new" ${secret.digest}\n`);
});

test("behind a bastion that turns the first login away, it is dialled anew", async () => {
  const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
  const bastion = new TestMachine();
  bastion.authorize(keys.publicKey("id"));
  await bastion.listen();
  let came = 0;
  const before = createServer((socket) => {
    if (++came === 1) socket.destroy();
    else socket.pipe(connect(bastion.port, "127.0.0.1")).pipe(socket);
  });
  await new Promise<void>((resolve) => before.listen(0, "127.0.0.1", resolve));
  const { port } = before.address() as AddressInfo;
  const login = {
    host: "127.0.0.1",
    port,
    user: "root",
    privateKeyFile: join(keys.directory, "id"),
    hostKey: bastion.hostKey,
  };
  const fleet = new Fleet("", () => Promise.resolve(), login);
  await fleet.hand({ name: "master-1", login: () => loginAt(machine.port) }, "master-1-etcd", []);
  expect([came, sent.length]).toEqual([2, 1]);
  expect(info).toHaveBeenCalledWith(expect.stringMatching(/^master-1 takes no login now: /));
  before.close();
  await bastion.close();
}, 30_000);

test("one that takes no login now is named, and asked again", async () => {
  const info = jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
  // Refuses the first, as one that limits how many come.
  let came = 0;
  const limiting = createServer((socket) => {
    came++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => limiting.listen(0, "127.0.0.1", resolve));
  const { port } = limiting.address() as AddressInfo;
  const equipped = equip({ name: "worker-1", login: loginAt(port), texts });
  while (came === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => limiting.close(resolve));
  await machine.close();
  await machine.listen(port);
  await equipped;
  expect(sent).toHaveLength(1);
  expect(info).toHaveBeenCalledWith(expect.stringMatching(/^worker-1 takes no login now: .*Retrying for 60 s$/));
}, 30_000);
