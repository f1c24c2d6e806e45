import { identity, runProgram } from "../support/program";
import { awaitedBy, changes, find, machine, master, privateKeyFile, run, valueOf, worker } from "./program.fixture";

test("a restore has the administrator's group bound again, for the backup may know of one before; a living cluster without one does not change", async () => {
  const backup = { to: "/srv/etcd", password: "made up" };
  const restored = (generation: number) => run({ etcd: { backup, restore: { generation } } });
  const [none, once, twice] = [await run(), await restored(1), await restored(2)];
  const told = [none, once, twice].map((program) => valueOf(find(program, "credentials"), "RESTORED"));
  expect(told).toEqual(["0", "1", "2"]);
  expect(changes(once, twice)).toContain("~credentials");
  expect(changes(none, await run({ etcd: { backup } }))).not.toContain("~credentials");
});

test("a machine that is lost is given up once more after a restore, which may have brought its node back", async () => {
  const lost = { ...machine("worker-2", "192.0.2.3"), lost: true };
  const etcd = (generation?: number) => ({
    backup: { to: "/srv/etcd", password: "made up" },
    ...(generation === undefined ? {} : { restore: { generation } }),
  });
  const of = (generation?: number) => run({ machines: [master, worker, lost], etcd: etcd(generation) });
  const [none, once, twice] = [await of(), await of(1), await of(2)];
  const told = [none, once, twice].map((program) => valueOf(find(program, "worker-2-member"), "RESTORED"));
  expect(told).toEqual(["0", "1", "2"]);
  expect(changes(once, twice)).toContain("~worker-2-member");
  // Those that are there go on.
  expect(changes(once, twice)).not.toContain("~worker-1-member");
  const resumed = find(twice, "master-1-etcd-restore-resume");
  expect(awaitedBy(find(twice, "worker-2-member"), twice)).toContain(resumed.urn);
});

test("backups are marked with the cluster's id, and another name of its stack changes nothing of them", async () => {
  const etcd = { backup: { to: "/srv/etcd", password: "made up" }, restore: { generation: 1 } };
  const ssh = { user: "admin", privateKeyFile };
  const named = (stack: string) => runProgram(stack, { provider: "ssh", ssh, machines: [master, worker], etcd });
  const [before, after] = [await named("unit"), await named("other")];
  const [id, name] = identity.split(" ");
  expect(find(after, "master-1-etcd-backup").inputs.stdin).toBe(find(before, "master-1-etcd-backup").inputs.stdin);
  // What an earlier release made has one of its names.
  for (const step of ["choose", "fetch"].map((step) => `master-1-etcd-restore-${step}`)) {
    const both = [before, after].map((program) => find(program, step));
    expect(both.map((program) => valueOf(program, "CLUSTER"))).toEqual([id, id]);
    expect(both.map((program) => valueOf(program, "CLUSTER_NAMES"))).toEqual([`${name} unit`, `${name} other`]);
  }
});
