import { backupLines, type BackupLook } from "../../cli/backup";

const look = (more: Partial<BackupLook>): BackupLook => ({
  ...{ machine: "m1", newest: null, verified: null, faults: [] },
  ...more,
});
const plain = (_: string, text: string) => text;
const newest = { at: "2026-11-26T17:55:19Z", id: "0d2726f4".padEnd(64, "0"), revision: "3229", keys: "383" };

test("the newest backup that a member knows of is told, and the last one that was verified", () => {
  const earlier = look({ newest: { ...newest, at: "2026-11-25T17:55:19Z", id: "a".repeat(64) } });
  const later = look({ machine: "m2", newest, verified: "2026-11-26T17:55:26Z" });
  expect(backupLines([earlier, later], plain)).toEqual([
    "etcd was backed up at 2026-11-26T17:55:19Z (0d2726f4, revision 3229, 383 keys of Kubernetes); a backup was restored to verify it at 2026-11-26T17:55:26Z",
  ]);
});

test("members that know of none, as after all were made anew, do not say that there is none", () => {
  expect(backupLines([look({ faults: ["it was not asked"] })], plain)).toEqual([
    "no member of etcd knows of a backup yet: their timer looks within minutes, and make backup makes one now",
    "backups\n  m1: it was not asked",
  ]);
});
