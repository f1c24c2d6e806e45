import { reportOf, tryPairs, wantedPairs } from "../../components/pairs";
import { judgePair, parseFacts, type MachineTold, type Tried } from "../../components/pairs/told";
import { environment } from "./render.fixture";
import { hostKey } from "../golden/topologies";
import { SshKeys } from "../support/sshKeys";
import { TestMachine } from "../support/sshServer";
import { saidOfWays } from "../support/ways";

const machine = (name: string, address: string, roles: readonly string[]) => ({
  name,
  address,
  roles,
  ssh: { hostKey: hostKey(name) },
});
const three = environment({
  machines: [
    machine("m1", "192.0.2.1", ["master"]),
    machine("m2", "192.0.2.2", ["master"]),
    machine("m3", "192.0.2.3", ["master"]),
    machine("w1", "192.0.2.11", ["worker"]),
    machine("e1", "192.0.2.21", ["etcd"]),
  ],
  kubernetes: { virtualAddress: "192.0.2.100" },
});
const all = () => true;
const ways = (stack = three, isNew: (name: string) => boolean = all) =>
  wantedPairs(stack, isNew).map(({ from, to, kind, port }) => `${from.name} ${to.name} ${kind} ${port}`);

describe("ways that are tried", () => {
  test("are those that roles ask for", () => {
    const wanted = ways();
    const count = (kind: string) => wanted.filter((way) => way.endsWith(kind)).length;
    // Three masters and a worker are nodes; the only member of etcd is apart.
    expect(count("tcp 6443")).toBe(3 * 3);
    expect(count("tcp 10250")).toBe(3 * 3);
    expect(count("udp 8472")).toBe(4 * 3);
    expect(count("vrrp 0")).toBe(3 * 2);
    expect(wanted.filter((way) => way.endsWith("tcp 2379"))).toEqual(["m1", "m2", "m3"].map((m) => `${m} e1 tcp 2379`));
    expect(count("tcp 2380")).toBe(0);
    expect(wanted).not.toContain("e1 m1 tcp 6443");
  });
  test("are those of machines that are new, both ways, and no others", () => {
    const wanted = ways(three, (name) => name === "w1");
    expect(wanted).toHaveLength(3 + 3 + 6);
    expect(wanted.every((way) => way.includes("w1"))).toBe(true);
    expect(ways(three, () => false)).toEqual([]);
  });
  test("are no packets of vxlan where pods' packets are routed", () => {
    const routed = { ...three, flannel: { ...three.flannel, backend: "host-gw" as const } };
    expect(ways(routed).some((way) => way.includes("udp"))).toBe(false);
  });
  test("of more than fifty machines are three for each that calls, and everybody is called", () => {
    const many = environment({
      machines: [
        machine("m1", "192.0.2.1", ["master", "etcd"]),
        ...Array.from({ length: 99 }, (_, index) => machine(`w${index}`, `192.0.2.${index + 10}`, ["worker"])),
      ],
    });
    const udp = wantedPairs(many, all).filter(({ kind }) => kind === "udp");
    expect(udp).toHaveLength(300);
    expect(new Set(udp.map(({ to }) => to.name)).size).toBe(100);
    expect(wantedPairs(many, all).filter(({ port }) => port === 6443)).toHaveLength(99);
  });
});

const told: MachineTold = { hostname: "", machineId: "", productUuid: "", boot: "", firewalls: [], ahead: 0 };
const tried = (more: Partial<Tried>): Tried => ({
  ...{ machines: new Map(), untried: new Map(), mute: new Map(), pairs: [] },
  ...more,
});
const pairOf = (kind: string) => {
  const pair = wantedPairs(three, all).find((pair) => pair.kind === kind && pair.from.name === "m1");
  if (!pair) throw new Error("no such pair");
  return pair;
};

describe("what machines said of a way", () => {
  test("is whether a port answered", () => {
    const pair = pairOf("tcp");
    const asked = `tcp:${pair.to.address}:${pair.port}\tConnection refused\nasked`;
    expect(judgePair(pair, asked, "")).toMatchObject({ answer: "Connection refused" });
    expect(judgePair(pair, asked.replace("Connection refused", "ok"), "")).toMatchObject({ answer: "ok" });
  });
  test("is which packets arrived", () => {
    const pair = pairOf("udp");
    const asked = `udp:${pair.to.address}:8472\tsize 1500\nasked`;
    expect(judgePair(pair, asked, "heard udp m1 100\nheard udp m1 1500\n").answer).toBe("ok");
    expect(judgePair(pair, asked, "heard udp m1 100\nheard udp m1 1430\nheard udp x 1500\n")).toMatchObject({
      answer: "small",
      size: 1500,
      largest: 1430,
    });
    expect(judgePair(pair, asked, "heard udp m11 100\n").answer).toMatch(/^does not arrive at/);
    expect(judgePair(pairOf("vrrp"), "asked", "heard vrrp m1 0").answer).toBe("ok");
  });
});

describe("a report", () => {
  const closed = (kind: string, answer: string, more = {}) => ({ ...pairOf(kind), answer, ...more });
  test("names pair, port, direction, and the rule of the firewall that is up", () => {
    const pair = closed("udp", "does not arrive");
    const machines = new Map([[pair.to.name, { ...told, firewalls: ["ufw"] }]]);
    expect(reportOf(tried({ pairs: [pair], machines })).problems).toEqual([
      `m1 → ${pair.to.name} (${pair.to.address}), UDP 8472, pods' packets, vxlan: does not arrive. ufw is up on ${pair.to.name}: ufw allow from 192.0.2.1 to any port 8472 proto udp`,
    ]);
    expect(reportOf(tried({ pairs: [pair] })).problems[0]).toContain("see what stands between the two");
    expect(reportOf(tried({ pairs: [closed("vrrp", "does not arrive")] })).problems[0]).toContain("IP protocol 112");
  });
  test.each([
    ["ufw", "vrrp", "ufw allow from 192.0.2.1 proto vrrp"],
    ["firewalld", "udp", "firewall-cmd --permanent --add-port=8472/udp && firewall-cmd --reload"],
    ["firewalld", "vrrp", "firewall-cmd --permanent --add-protocol=vrrp && firewall-cmd --reload"],
    ["nftables", "udp", "a rule before its policy: ip saddr 192.0.2.1 udp dport 8472 accept"],
    ["nftables", "vrrp", "a rule before its policy: ip saddr 192.0.2.1 ip protocol 112 accept"],
    ["iptables", "udp", "iptables -I INPUT -s 192.0.2.1 -p udp --dport 8472 -j ACCEPT"],
    ["iptables", "vrrp", "iptables -I INPUT -s 192.0.2.1 -p 112 -j ACCEPT"],
  ])("has the rule of %s for %s", (firewall, kind, rule) => {
    const pair = closed(kind, "does not arrive");
    const machines = new Map([[pair.to.name, { ...told, firewalls: [firewall] }]]);
    expect(reportOf(tried({ pairs: [pair], machines })).problems[0]).toMatch(
      new RegExp(`${firewall} is up on ${pair.to.name}: ${rule.replace(/[.*+?^$()|[\]\\]/g, "\\$&")}$`),
    );
  });
  test("puts ways that are closed at one port together", () => {
    const to = pairOf("tcp").to;
    const pairs = wantedPairs(three, all)
      .filter((pair) => pair.to === to && pair.kind === "udp")
      .map((pair) => ({ ...pair, answer: "does not arrive" }));
    expect(pairs.length).toBeGreaterThan(1);
    expect(reportOf(tried({ pairs })).problems).toHaveLength(1);
  });
  test("tells how large packets may be", () => {
    const pair = closed("udp", "small", { size: 1500, largest: 1430 });
    expect(reportOf(tried({ pairs: [pair] })).problems[0]).toContain("Set flannel.mtu to 1380 or less, or");
  });
  test("knows copies of a machine from containers of one computer", () => {
    const twins = (one: Partial<MachineTold>, other: Partial<MachineTold>) =>
      reportOf(
        tried({
          machines: new Map([
            ["a", { ...told, ...one }],
            ["b", { ...told, ...other }],
          ]),
        }),
      );
    expect(twins({ machineId: "1" }, { machineId: "1" }).problems[0]).toMatch(/^a and b have the same machine-id/);
    // Boards of one maker, with the UUID that stands for none.
    const board = { productUuid: "03000200-0400-0500-0006-000700080009" };
    expect(twins({ ...board, machineId: "1", boot: "x" }, { ...board, machineId: "2", boot: "y" })).toEqual({
      problems: [],
      warnings: [expect.stringMatching(/^a and b have the same product UUID, 03000200-0400-0500-0006-000700080009: /)],
    });
    expect(twins({ ...board, boot: "x" }, { ...board, boot: "x" })).toEqual({ problems: [], warnings: [] });
    expect(twins({ machineId: "1" }, { machineId: "2" }).problems).toEqual([]);
    expect(twins({ hostname: "debian" }, { hostname: "debian" })).toMatchObject({
      problems: [],
      warnings: [expect.stringContaining("same hostname")],
    });
  });
  test("names a clock that is 30 s from the others", () => {
    const machines = new Map([0, 1, 40].map((ahead, index) => [`m${index}`, { ...told, ahead }]));
    expect(reportOf(tried({ machines })).problems).toEqual([
      expect.stringMatching(/^the clock of m2 is 40 s ahead of/),
    ]);
  });
});

test("facts of a machine are read from what it prints", () => {
  const text = "hostname a\nmachine-id b\nproduct-uuid C\nboot d\nfirewall ufw\nfirewall iptables\nclock 100.5";
  expect(parseFacts(text, 90)).toEqual({
    hostname: "a",
    machineId: "b",
    productUuid: "c",
    boot: "d",
    firewalls: ["ufw", "iptables"],
    ahead: 10.5,
  });
  expect(parseFacts("bash: no", 90)).toBeUndefined();
});

describe("machines that try the ways between them", () => {
  const keys = new SshKeys();
  keys.make("id");
  const noise = "sudo: unable to resolve host w: Name or service not known\n";
  /** A machine that says this where pairs.pl is ready. */
  const server = (ready: string) =>
    new TestMachine((command, _, channel) => {
      channel.resume().on("end", () => {
        const isFacts = !command.includes("perl - ");
        const said = isFacts ? `clock ${Date.now() / 1000}\n` : saidOfWays(command, ["w1"]);
        if (said === undefined) return;
        channel.stderr.write(noise);
        setTimeout(() => {
          channel.write(said.replace("ready", ready).replace("ok", "Connection refused"));
          channel.exit(0);
          channel.end();
        }, 20);
      });
    });
  const [well, deaf] = [server("ready"), server("perl: command not found")];
  const pair = () => {
    const [found] = wantedPairs(three, (name) => name === "w1").filter(
      ({ kind, to }) => kind === "tcp" && to.name === "m1",
    );
    if (!found) throw new Error("no such pair");
    return found;
  };
  const tryOn = (worker: { readonly port: number; readonly hostKey: string }) =>
    tryPairs({
      environment: three,
      pairs: [pair()],
      login: ({ name }) => {
        const { port, hostKey } = name === "w1" ? worker : well;
        return { host: "127.0.0.1", port, user: "admin", privateKey: keys.text("id"), hostKey };
      },
      answered: new Set(["m1", "w1"]),
    });
  beforeAll(async () => {
    for (const one of [well, deaf]) {
      one.authorize(keys.publicKey("id"));
      await one.listen();
    }
  });
  afterAll(async () => {
    await Promise.all([well.close(), deaf.close()]);
    keys.remove();
  });

  test("are heard through what sudo says besides", async () => {
    const { problems, warnings } = reportOf(await tryOn(well));
    expect(problems).toContainEqual(expect.stringMatching(/^w1 → m1 .*TCP 6443, the API: Connection refused/));
    expect(warnings.filter((words) => words.includes("not tried"))).toEqual([]);
  });
  test("are refused where one is there and does not listen", async () => {
    expect(reportOf(await tryOn(deaf)).problems).toEqual([
      expect.stringMatching(
        /^w1 is there, and the ways .* could not be tried: it does not listen.*perl: command not found/s,
      ),
    ]);
    // It answered the survey, and is away by now: its scripts wait for it.
    expect(reportOf(await tryOn({ hostKey: deaf.hostKey, port: 1 })).problems).toEqual([]);
  });
});
