import { Authority, EtcdMember } from "../scripts/etcdMember";
import { Host } from "../scripts/host";

jest.setTimeout(300_000);
const addresses = [1, 2, 3, 4].map((last) => `127.62.0.${last}`);
let authority: Authority;
let members: EtcdMember[] = [];

beforeAll(() => {
  authority = new Authority(addresses);
});
afterAll(() => {
  authority.remove();
});
afterEach(() => members.splice(0).forEach((member) => member.remove()));

/** Makes so many machines. */
function machines(count: number): readonly EtcdMember[] {
  members = addresses.slice(0, count).map((address, at) => new EtcdMember(`m${at + 1}`, address, authority));
  return members;
}
const except = (all: readonly EtcdMember[], one: EtcdMember) => all.filter((member) => member !== one);
const up = (all: readonly EtcdMember[], flags: Record<string, string> = {}) =>
  Promise.all(all.map((member) => member.script(except(all, member), { founders: all, flags })));
const well = { status: 0, stdout: expect.stringMatching(/^(ends \d+\n)?$/) as string };
const voters = (...names: readonly string[]) => names.map((name) => `${name} voter`);

async function built(count: number): Promise<readonly EtcdMember[]> {
  const all = machines(count);
  expect(await up(all)).toEqual(all.map(() => expect.objectContaining(well) as unknown));
  for (let i = 0; i < 5 && !all[0]?.ask("put", "key", "value").includes("OK"); i++);
  expect(all[0]?.members()).toEqual(voters(...all.map(({ name }) => name)));
  return all;
}

describe("real members of etcd", () => {
  test("one flag that etcd refuses stops at the first of three, which is put back", async () => {
    const all = await built(3);
    const before = all.map((member) => member.unit());
    const results = await up(all, { "election-timeout": "10" });
    expect(results.map(({ status }) => status)).toEqual([1, 1, 1]);
    const said = results.map(({ stderr }) => stderr);
    expect(said.filter((text) => text.includes("It runs on its old settings again"))).toHaveLength(1);
    for (const text of said) expect(text).toMatch(/\(--election-timeout=10\): .*should be at least as 5 times as/);
    expect(all.map((member) => member.unit())).toEqual(before);
    expect(all[0]?.ask("endpoint", "health", "--cluster").match(/is healthy/g)).toHaveLength(3);
    const corrected = await up(all, { "snapshot-count": "5000" });
    expect(corrected.map(({ status }) => status)).toEqual([0, 0, 0]);
    for (const member of all) expect(member.unit()).toContain("--snapshot-count=5000");
    expect(all[0]?.ask("get", "key", "--print-value-only")).toBe("value");
  });

  test("founders that come when one of them waits for a quorum already begin with it", async () => {
    const all = machines(3);
    const [first, ...others] = all as [EtcdMember, EtcdMember, EtcdMember];
    expect(await first.script(others, { founders: all })).toMatchObject({ status: 0 });
    const later = await Promise.all(others.map((member) => member.script(except(all, member), { founders: all })));
    expect(later.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
      [0, 0].map((status) => ({ status, stderr: "" })),
    );
    expect(first.members()).toEqual(voters("m1", "m2", "m3"));
  });

  test("a member that is down holds the restarts of the others back", async () => {
    const all = await built(3);
    const [first, second, third] = all as [EtcdMember, EtcdMember, EtcdMember];
    third.systemctl("stop");
    const before = first.unit();
    const { status, stderr } = await first.script([second, third], {
      founders: all,
      flags: { "snapshot-count": "5000" },
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`for etcd could lose its quorum: m3 at ${third.url}`);
    expect(first.unit()).toBe(before);
    expect(first.ask("put", "key", "again")).toBe("OK");
  });

  test("members that are full say so, and take turns again when there is room", async () => {
    const small = { "quota-backend-bytes": String(16 * 1024 * 1024) };
    const all = machines(3);
    await up(all, small);
    const [first] = all as [EtcdMember];
    // The kernel takes no longer words.
    const big = "x".repeat(120_000);
    for (let i = 0; i < 300 && !first.ask("put", `big-${i % 2}`, big).includes("NOSPACE"); i++);
    expect(first.ask("alarm", "list")).toContain("NOSPACE");
    const before = first.unit();
    const { stdout } = first.host.up("is_well " + first.url + " && echo well", {
      uses: ["etcd/ask", "etcd/membership"].map((path) => Host.script(`${path}.sh`)),
      values: { PEERS: [], PEER_URL: first.peer },
    });
    expect(stdout).toBe("well\n");
    const refused = await up(all);
    expect(refused.map(({ status, stderr }) => [status, /etcd is full \(alarm NOSPACE\)/.test(stderr)])).toEqual(
      all.map(() => [1, true]),
    );
    expect(first.unit()).toBe(before);
    // As docs/operations.md says.
    const revision = /"revision":(\d+)/.exec(first.ask("endpoint", "status", "-w", "json"))?.[1] ?? "";
    first.ask("compact", revision);
    first.ask("defrag", "--cluster");
    first.ask("alarm", "disarm");
    expect((await up(all)).map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(first.ask("put", "key", "value")).toBe("OK");
  });

  test("the only member does not begin anew where its data is gone, at boot or by the script", async () => {
    const [only] = (await built(1)) as [EtcdMember];
    only.systemctl("stop");
    only.host.up(`rm -rf '${only.host.path("var/lib/etcd/member")}'`);
    expect(only.systemctl("start")).toBe(1);
    expect(only.log()).toContain("/member is not there, where this member of etcd has had its data");
    expect((await only.script([])).stderr).toContain("is not there, where the data of the only member of etcd was");
    expect(only.host.has("var/lib/etcd/member")).toBe(false);
  });

  test("one whose data is gone, and one that was let go and is there again, join anew", async () => {
    const all = await built(3);
    const [first, second, third] = all as [EtcdMember, EtcdMember, EtcdMember];
    third.systemctl("stop");
    third.host.up(`rm -rf '${third.host.path("var/lib/etcd/member")}'`);
    expect((await third.script([first, second], { founders: all })).status).toBe(0);
    expect(first.members()).toEqual(voters("m1", "m2", "m3"));
    third.systemctl("stop");
    const id = /^(\w+), started, m3/m.exec(first.ask("member", "list"))?.[1] ?? "";
    expect(first.ask("member", "remove", id)).toContain("removed");
    // It starts when its machine does, is told, and ends: the others go on.
    third.systemctl("start");
    expect(first.ask("endpoint", "health", "--cluster").match(/is healthy/g)).toHaveLength(2);
    const { status, stderr } = await third.script([first, second], { founders: all });
    expect(stderr).toMatch(/the other members of etcd have removed m3's: its old data is kept in .*removed-/);
    expect(status).toBe(0);
    expect(first.members()).toEqual(voters("m1", "m2", "m3"));
  });

  test("one whose log is in a directory of its own does not start without it, and joins anew where it was let go", async () => {
    const all = machines(3);
    const [first, second, third] = all as [EtcdMember, EtcdMember, EtcdMember];
    const flags = { "wal-dir": "/var/lib/etcd-log" };
    expect((await up(all, flags)).map(({ status }) => status)).toEqual([0, 0, 0]);
    const id = /^(\w+), started, m3/m.exec(first.ask("member", "list"))?.[1] ?? "";
    third.systemctl("stop");
    const log = third.host.path("var/lib/etcd-log");
    third.host.up(`mkdir '${log}/away'; mv '${log}'/*.wal '${log}/away/'`);
    expect(third.systemctl("start")).toBe(1);
    expect(third.log()).toContain("is not there, where this member of etcd has had its data");
    third.host.up(`mv '${log}/away'/* '${log}/'`);
    first.ask("member", "remove", id);
    const { status, stderr } = await third.script([first, second], { founders: all, flags });
    expect(stderr).toContain("the other members of etcd have removed m3's");
    expect(status).toBe(0);
    const [aside = ""] = /removed-\w+/.exec(stderr) ?? [];
    expect(third.host.has(`var/lib/etcd/${aside}/wal/0000000000000000-0000000000000000.wal`)).toBe(true);
    expect(first.members()).toEqual(voters("m1", "m2", "m3"));
  });

  test("a learner that a run left which was cut off takes another setting, and gets its vote", async () => {
    const founders = await built(2);
    const third = new EtcdMember("m3", addresses[2] as string, authority);
    members.push(third);
    const cut = await third.script(founders, { founders, cut: "promote" });
    expect(cut.status).not.toBe(0);
    expect(founders[0]?.members()).toContain("m3 learner");
    const flags = { "heartbeat-interval": "200", "election-timeout": "2000" };
    expect(await third.script(founders, { founders, flags })).toMatchObject({ status: 0 });
    expect(founders[0]?.members()).toEqual(voters("m1", "m2", "m3"));
  });

  test("one of which no state knows, because its join failed when it had its vote, is counted no more when it is undone", async () => {
    const founders = await built(3);
    const joined = new EtcdMember("m4", addresses[3] as string, authority);
    members.push(joined);
    expect((await joined.script(founders, { founders })).status).toBe(0);
    expect(founders[0]?.members()).toEqual(voters("m1", "m2", "m3", "m4"));
    process.env["UNDONE_BY"] = "m4-preflight";
    try {
      expect(await joined.script(founders, { founders }, "down")).toMatchObject({ status: 0 });
    } finally {
      delete process.env["UNDONE_BY"];
    }
    expect(founders[0]?.members()).toEqual(voters("m1", "m2", "m3"));
    expect(joined.host.has("var/lib/etcd/member")).toBe(false);
  });

  test.each([
    ["one that joined in a run that ended before all were through leaves by itself", false],
    ["one that others answer for waits for nobody on the way out: the whole cluster may go", true],
  ])("%s", async (_, isKept) => {
    const founders = [...(await built(3))];
    const joined = new EtcdMember("m4", addresses[3] as string, authority);
    members.push(joined);
    expect((await joined.script(founders, { founders })).status).toBe(0);
    if (isKept) founders[0]?.ask("put", "keelson/members/m4", "yes");
    expect((await joined.script(founders, { founders }, "down")).status).toBe(0);
    expect(founders[0]?.members()).toHaveLength(isKept ? 4 : 3);
  });

  test("all members that are undone at once end, and the last has nobody to leave", async () => {
    const all = await built(3);
    process.env["UNDONE_BY"] = "preflight";
    try {
      const undone = all.map((member) => member.script(except(all, member), { founders: all }, "down"));
      expect((await Promise.all(undone)).map(({ status }) => status)).toEqual([0, 0, 0]);
    } finally {
      delete process.env["UNDONE_BY"];
    }
  });

  test("a member whose loss would cost the others their quorum is not undone, and the way out is named", async () => {
    const all = await built(3);
    const [first, second, third] = all as [EtcdMember, EtcdMember, EtcdMember];
    second.systemctl("stop");
    process.env["UNDONE_BY"] = "preflight";
    try {
      const undo = () => first.script([second, third], { founders: all }, "down");
      const { status, stderr } = await undo();
      expect([status, stderr]).toEqual([1, expect.stringContaining("run systemctl stop etcd on the others first")]);
      expect(first.systemctl("is-active")).toBe(0);
      third.systemctl("stop");
      expect((await undo()).status).toBe(0);
    } finally {
      delete process.env["UNDONE_BY"];
    }
  });
});
