import { Authority, EtcdMember, hasEtcd } from "./etcdMember";

jest.setTimeout(120_000);
const addresses = [1, 2, 3, 4].map((last) => `127.62.0.${last}`);
let authority: Authority;
let members: EtcdMember[] = [];

beforeAll(() => {
  if (hasEtcd) authority = new Authority(addresses);
});
afterAll(() => authority?.remove());
afterEach(() => members.splice(0).forEach((member) => member.remove()));

/** Makes so many machines. */
function machines(count: number): readonly EtcdMember[] {
  members = addresses.slice(0, count).map((address, at) => new EtcdMember(`m${at + 1}`, address, authority));
  return members;
}
const except = (all: readonly EtcdMember[], one: EtcdMember) => all.filter((member) => member !== one);
const up = (all: readonly EtcdMember[], flags: Record<string, string> = {}) =>
  Promise.all(all.map((member) => member.script(except(all, member), { founders: all, flags })));
const well = { status: 0, stdout: "" };
const voters = (...names: readonly string[]) => names.map((name) => `${name} voter`);

async function built(count: number): Promise<readonly EtcdMember[]> {
  const all = machines(count);
  expect(await up(all)).toEqual(all.map(() => expect.objectContaining(well) as unknown));
  for (let i = 0; i < 5 && !all[0]?.ask("put", "key", "value").includes("OK"); i++);
  expect(all[0]?.members()).toEqual(voters(...all.map(({ name }) => name)));
  return all;
}

(hasEtcd ? describe : describe.skip)("real members of etcd", () => {
  test("one flag that etcd refuses stops at the first of three, which is put back", async () => {
    const all = await built(3);
    const before = all.map((member) => member.unit());
    const results = await up(all, { "election-timeout": "10" });
    console.log(results);
    expect(results.map(({ status }) => status)).toEqual([1, 1, 1]);
    expect(all.map((member) => member.unit())).toEqual(before);
    expect(all[0]?.ask("endpoint", "health", "--cluster").match(/is healthy/g)).toHaveLength(3);
    const corrected = await up(all, { "snapshot-count": "5000" });
    console.log(corrected);
    expect(corrected.map(({ status }) => status)).toEqual([0, 0, 0]);
    for (const member of all) expect(member.unit()).toContain("--snapshot-count=5000");
    expect(all[0]?.ask("get", "key", "--print-value-only")).toBe("value");
  });
});
