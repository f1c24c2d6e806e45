import { nodesAtWork } from "../../components/node";
import type { Login } from "../../components/ssh";
import { hostKey } from "../golden/topologies";
import { TestMachine } from "../support/sshServer";
import { SshKeys } from "../support/sshKeys";
import { environment } from "./render.fixture";

const keys = new SshKeys();
let sent = "";
const server = new TestMachine((_, __, channel) => {
  channel.on("data", (data: Buffer) => (sent += data.toString()));
  channel.on("end", () => {
    channel.write("at-work w\nat-work y\n");
    channel.exit(0);
    channel.end();
  });
});
let login: Login;
beforeAll(async () => {
  keys.make("id");
  login = await server.letIn(keys, "id");
});
afterAll(async () => {
  await server.close();
  keys.remove();
});

const machine = (name: string, last: number, roles: readonly string[]) => ({
  ...{ name, roles, address: `192.0.2.${last}`, ssh: { hostKey: hostKey(name) } },
});
const stack = environment({
  machines: [
    ...["m", "n", "o"].map((name, index) => machine(name, index + 1, ["master", "etcd"])),
    ...["w", "x"].map((name, index) => machine(name, index + 11, ["worker"])),
  ],
  kubernetes: { virtualAddress: "192.0.2.99" },
});

test("all masters are asked who is at work, those that are there, and nobody else", async () => {
  const logins: Readonly<Record<string, Login>> = { m: login, n: { ...login, port: 1 }, w: login };
  const before = server.connections;
  expect(await nodesAtWork(stack, (name) => logins[name])(["w", "x"])).toEqual(["w"]);
  expect(server.connections).toBe(before + 1);
  expect(sent).toContain("readonly -a NODES=('w' 'x')");
});

test("where none answers, nobody is known to be", async () => {
  expect(await nodesAtWork(stack, () => ({ ...login, port: 1 }))(["w"])).toEqual([]);
  expect(await nodesAtWork(stack, () => undefined)(["w"])).toEqual([]);
});
