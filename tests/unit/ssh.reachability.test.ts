import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { unreachable, unreachableMessage, wordsFor } from "../../components/ssh/reachability";
import { hostKey } from "../golden/topologies";
import { TestMachine } from "../support/sshServer";

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  sockets.forEach((socket) => socket.destroy());
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A server on loopback that does this with whoever comes; its port, and how many came. */
async function server(welcome: (socket: Socket) => void): Promise<{ readonly port: number; came: number }> {
  const seen = { port: 0, came: 0 };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    seen.came += 1;
    welcome(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  seen.port = (server.address() as AddressInfo).port;
  return seen;
}

const hop = (name: string, port: number, host = "127.0.0.1") => ({ name, host, port });
/** Long enough for any computer, however busy it is: only a test of silence may wait for so long, and sets less. */
const once = { timeoutMs: 30_000, attempts: 1 };
const briefly = { timeoutMs: 3000, attempts: 1 };

/** Why a server that does this counts as none. */
async function why(welcome: (socket: Socket) => void, patience = once): Promise<string | undefined> {
  const { port } = await server(welcome);
  const [found] = await unreachable([hop("m", port)], patience);
  return found?.why;
}

test.each(["SSH-2.0-OpenSSH_10.0\r\n", "SSH-1.99-old\n", "welcome\r\nto us\r\nSSH-2.0-x\r\n"])(
  "an SSH server answers with %j",
  async (banner) => expect(await why((socket) => socket.write(banner))).toBeUndefined(),
);

test("a banner may come in pieces", async () => {
  const pieces = (socket: Socket) => {
    socket.setNoDelay(true).write("SSH-");
    setTimeout(() => socket.write("2.0-x\r\n"), 50);
  };
  expect(await why(pieces)).toBeUndefined();
});

test("everything else is told in words", async () => {
  expect(await why(() => undefined, briefly)).toBe("takes the connection, but sends no SSH banner within 3 s");
  expect(await why((socket) => socket.end())).toBe("closes the connection before the SSH banner");
  expect(await why((socket) => socket.write("220 mail.example.com\r\n"), briefly)).toBe(
    'answers, but not as an SSH server ("220 mail.example.com")',
  );
  expect(await why((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))).toBe(
    'answers, but not as an SSH server ("HTTP/1.1 400 Bad Request")',
  );
  expect(await why((socket) => socket.write("x".repeat(10_000)))).toBe(
    `answers, but not as an SSH server ("${"x".repeat(57)}...")`,
  );
  expect(await why((socket) => socket.write("SSH-1.5-ancient\n"))).toBe(
    'answers, but with SSH protocol 1 only ("SSH-1.5-ancient")',
  );
});

test("a port where nothing listens, and a name that nobody has", async () => {
  const { port } = await server(() => undefined);
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
  const found = await unreachable([hop("a", port), hop("b", 22, "host.invalid")], once);
  expect(found).toEqual([
    { name: "a", where: `127.0.0.1:${port}`, why: "connection refused (ECONNREFUSED): nothing listens there" },
    {
      name: "b",
      where: "host.invalid:22",
      why: expect.stringMatching(/^its name does not resolve \((ENOTFOUND|EAI_AGAIN)\)/) as string,
    },
  ]);
});

test("all are asked at once, in their order, and only those that do not answer are told", async () => {
  // None is told to go before all have come: whoever asked one after the other would wait for ever.
  const waiting: Socket[] = [];
  const names = ["a", "b", "c", "d", "e"];
  const silent = await server((socket) => {
    waiting.push(socket);
    if (waiting.length === names.length) waiting.forEach((one) => one.end());
  });
  const good = await server((socket) => socket.write("SSH-2.0-x\r\n"));
  const found = await unreachable([...names.map((name) => hop(name, silent.port)), hop("good", good.port)], once);
  expect(found.map(({ name, why }) => [name, why])).toEqual(
    names.map((name) => [name, "closes the connection before the SSH banner"]),
  );
});

test("a machine that answers at the second attempt does answer", async () => {
  const seen = await server((socket) => (seen.came === 1 ? socket.end() : socket.write("SSH-2.0-x\r\n")));
  expect(await unreachable([hop("m", seen.port)], { ...once, attempts: 2 })).toEqual([]);
  expect(seen.came).toBe(2);
});

test("one bastion is asked once", async () => {
  const bastion = await server((socket) => socket.end());
  const found = await unreachable([hop("the bastion", bastion.port), hop("the bastion", bastion.port)], once);
  expect([found.length, bastion.came]).toEqual([1, 1]);
});

describe("a server that answers", () => {
  const machine = new TestMachine();
  beforeAll(() => machine.listen());
  afterAll(() => machine.close());
  const ask = (hostKey?: string) => unreachable([{ ...hop("m", machine.port), hostKey }], once);

  test("with the key that it is known by is well, as is one of which none is known", async () => {
    expect(await ask(machine.hostKey)).toEqual([]);
    expect(await ask()).toEqual([]);
  });
  test("with another key is another, whose key is told", async () => {
    const other = new TestMachine();
    const where = `127.0.0.1:${machine.port}`;
    expect(await ask(other.hostKey)).toEqual([
      { name: "m", where, why: `shows the host key ${machine.hostKey}`, isAnother: true },
    ]);
    expect(await ask(hostKey("m"))).toEqual([
      { name: "m", where, why: "has no host key of the kind ssh-ed25519", isAnother: true },
    ]);
  });
});

describe("the message", () => {
  const one = { name: "worker-1", where: "192.0.2.1:22", why: "no answer within 5 s" };

  test("names each machine, and the way out", () => {
    expect(unreachableMessage([one])).toBe(`1 machine does not answer:
  worker-1 (192.0.2.1:22): no answer within 5 s
start it, correct its address under machines, or mark it \`lost: true\` under machines to remove it from the cluster`);
    const other = {
      name: "worker-2",
      where: "192.0.2.2:22",
      why: "connection refused (ECONNREFUSED): nothing listens there",
    };
    expect(unreachableMessage([one, other])).toBe(`2 machines do not answer:
  worker-1 (192.0.2.1:22): no answer within 5 s
  worker-2 (192.0.2.2:22): connection refused (ECONNREFUSED): nothing listens there
start them, correct their addresses under machines, or mark one \`lost: true\` under machines to remove it from the cluster
worker-2: something answers at the address, so the machine is not lost; see the port, whether sshd runs there, and whether it or a firewall limits logins (MaxStartups, fail2ban; journalctl -u ssh)`);
  });
  test.each([
    wordsFor({ code: "ECONNREFUSED", name: "", message: "" }),
    wordsFor({ code: "ECONNRESET", name: "", message: "" }),
  ])("advises nobody to give up a machine that is there: %s", (why) => {
    expect(unreachableMessage([{ ...one, why }])).not.toContain("lost: true");
  });

  test("tells of those that are others, after those that are silent", () => {
    const other = {
      name: "worker-2",
      where: "192.0.2.2:22",
      why: "shows the host key ssh-ed25519 AAAA",
      isAnother: true,
    };
    const words = (
      who: string,
      where: string,
    ) => `host key mismatch: ${who} shows another host key, and nothing was run there:
  worker-2 (192.0.2.2:22): shows the host key ssh-ed25519 AAAA
if you rebuilt it, correct its hostKey under ${where} to the one it shows; if not, something else answers in its place`;
    expect(unreachableMessage([other, one])).toBe(`${unreachableMessage([one])}\n${words("1 machine", "machines")}`);
    expect(unreachableMessage([{ ...other, name: "the bastion" }])).toBe(
      words("the bastion", "ssh.bastion").replace("worker-2", "the bastion"),
    );
  });

  test("is another one for the bastion, without which there is none", () => {
    expect(unreachableMessage([{ ...one, name: "the bastion" }])).toBe(`the bastion does not answer:
  the bastion (192.0.2.1:22): no answer within 5 s
no machine is reached without it: start it, or correct ssh.bastion`);
  });
});
