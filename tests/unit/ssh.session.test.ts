import { memberHealth } from "../../components/etcd";
import { ask, type Login } from "../../components/ssh";
import { TestMachine } from "../support/sshServer";
import { hostKey } from "../golden/topologies";
import { SshKeys } from "../support/sshKeys";
import { environment } from "./render.fixture";

const keys = new SshKeys();
const machine = new TestMachine();
let login: Login;

beforeAll(async () => {
  keys.make("id");
  login = await machine.letIn(keys, "id");
});
afterAll(async () => {
  await machine.close();
  keys.remove();
});

describe("a machine that is asked", () => {
  test("runs one command as root, and tells what it printed and how it ended", async () => {
    const { status, output } = await ask(login, "true; echo one; echo two >&2; exit 3");
    expect([
      status,
      output
        .split("\n")
        .filter((line) => !line.includes("sudo"))
        .sort(),
    ]).toEqual([3, ["one", "two"]]);
    expect(machine.commands.at(-1)).toBe("true; echo one; echo two >&2; exit 3");
  });
  test("is not asked where another answers", async () => {
    const before = machine.commands.length;
    await expect(ask({ ...login, hostKey: new TestMachine().hostKey }, "true")).rejects.toThrow(/verification/);
    expect(machine.commands).toHaveLength(before);
  });
  test("may keep silent no longer than it is given", async () => {
    await expect(ask(login, "true; sleep 2", { timeoutMs: 500 })).rejects.toThrow("no answer within 0.5 s");
  });
  test("may be nobody", async () => {
    await expect(ask({ ...login, port: 1 }, "true")).rejects.toThrow("ECONNREFUSED");
  });
});

describe("members of etcd", () => {
  const member = (name: string, last: number) => ({
    ...{ name, address: `192.0.2.${last}`, roles: ["master", "etcd"], ssh: { hostKey: hostKey(name) } },
  });
  const kubernetes = { virtualAddress: "192.0.2.9" };
  const machines = [
    ...["a", "b", "c"].map((name, index) => member(name, index + 1)),
    { ...member("w", 4), roles: ["worker"] },
  ];
  const asked = environment({ machines, kubernetes });

  test("are asked each on its own machine, and those that are not well are named with what was found", async () => {
    const found = await memberHealth(asked, (name) => (name === "b" ? { ...login, port: 1 } : login))(["b", "c"]);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/^b does not answer: .*ECONNREFUSED/);
    expect(found[1]).toMatch(/^the member of etcd on c is not healthy: .*(sudo|etcdctl)/);
    expect(machine.commands.at(-1)).toBe(
      "env -i /usr/local/bin/etcdctl --endpoints=https://127.0.0.1:2379 --command-timeout=5s --cacert=/etc/etcd/pki/etcd/ca.crt --cert=/etc/etcd/pki/etcd/healthcheck-client.crt --key=/etc/etcd/pki/etcd/healthcheck-client.key endpoint health",
    );
  });
});
