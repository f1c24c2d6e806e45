import { changes, find, run, valueOf } from "./program.fixture";

test("a restore has the administrator's group bound again, for the backup may know of one before; a living cluster without one does not change", async () => {
  const backup = { to: "/srv/etcd", password: "made up" };
  const restored = (generation: number) => run({ etcd: { backup, restore: { generation } } });
  const [none, once, twice] = [await run(), await restored(1), await restored(2)];
  const told = [none, once, twice].map((program) => valueOf(find(program, "credentials"), "RESTORED"));
  expect(told).toEqual(["0", "1", "2"]);
  expect(changes(once, twice)).toContain("~credentials");
  expect(changes(none, await run({ etcd: { backup } }))).not.toContain("~credentials");
});
