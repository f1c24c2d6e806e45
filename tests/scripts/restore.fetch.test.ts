import { createHash } from "node:crypto";
import { chmodSync } from "node:fs";

import { providersFile } from "../../components/encryption/settings";
import { clean, Host } from "./host";

const id = "4f1d8a2b".padEnd(64, "0");
const [two, three] = ["m1=https://192.0.2.1:2380,m2=https://192.0.2.2:2380", "m3=https://192.0.2.3:2380"];
const all = `${two},${three}`;
let host: Host;

beforeEach(() => {
  host = new Host("kubectl", "curl", "etcdctl", "systemctl");
  host.stub("hostname", "echo m1");
  host.write("var/lib/etcd/member/wal", "what was there");
  host.write("var/lib/keelson/etcd-data", `${host.path("var/lib/etcd")}\n`);
  const utility = "usr/local/lib/keelson/etcdutl";
  host.write(
    utility,
    `#!/bin/bash\necho "etcdutl $*" >>'${host.path("calls")}'\nwhile [ "$1" != --data-dir ]; do shift; done\nmkdir -p "$2/member"\n`,
  );
  chmodSync(host.path(utility), 0o755);
});
afterEach(() => host.remove());

/** A backup of six bytes, at this revision, is where it is to be. */
const repository = `
repository() { printf backup; printf backup | openssl dgst -sha256 -binary; }
`;
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest();
const bytes = Buffer.from("backup");
const digest = sha256(Buffer.concat([bytes, sha256(bytes)])).toString("hex");

interface More {
  readonly generation?: number;
  readonly members?: string;
  readonly rev?: number;
}

function stage(name: string, { generation = 1, members = all, rev = 7 }: More = {}) {
  const values = {
    ...{ STAGE: name, GENERATION: generation, WANTED: "latest", CHOSEN: `1795654800 ${id} ${digest} 38 ${rev} 5` },
    ...{ OVER: false, NAME: "m1", CLUSTER: "test", CLUSTER_NAMES: "", RESTIC_OPTIONS: [], DATA_DIR: "/var/lib/etcd" },
    ...{ PEER_URL: "https://192.0.2.1:2380", INITIAL_CLUSTER: members, NODES: [] },
    ...{ ENCRYPTION: "0", ENCRYPTION_KEYS: "", PROVIDERS: providersFile, ETCD_ENDPOINTS: [], ETCD_PREFIX: "/registry" },
  };
  const uses = ["etcd/ask", "etcd/snapshot", "backup/repository", "encryption/providers"];
  return host.run({
    script: repository + Host.script("backup/restore.sh"),
    uses: uses.map((path) => Host.script(`${path}.sh`)),
    values,
  });
}

/** With what etcdutl laid out since it was asked last. */
const laidOut = (flag: string) =>
  host.called().flatMap((call) => new RegExp(`^etcdutl .* --${flag} (\\S+)`).exec(call)?.[1] ?? []);

describe("all members are laid out for the same list of them", () => {
  test("which is another one where a machine was lost meanwhile, until a member has begun with it", () => {
    expect([stage("fetch"), stage("fetch")]).toEqual([clean, clean]);
    expect(laidOut("initial-cluster")).toEqual([all]);
    expect([1, 2].map(() => stage("fetch", { members: two }))).toEqual([clean, clean]);
    expect(laidOut("initial-cluster")).toEqual([two]);

    for (const name of ["halt", "swap"]) expect(stage(name)).toMatchObject({ status: 0 });
    const { status, stderr } = stage("fetch");
    expect([status, stderr]).toEqual([
      1,
      `error: m1's member of etcd was set back by the restore 1, and not to the backup 4f1d8a2b for the members ${all}: use a higher etcd.restore.generation\n`,
    ]);
    expect(stage("fetch", { members: two })).toMatchObject({ status: 0 });
    expect(laidOut("initial-cluster")).toEqual([]);
  });
  test("and from when all have swapped, members come and go", () => {
    for (const name of ["fetch", "halt", "swap", "start"]) stage(name, { members: two });
    host.called();
    expect(stage("fetch")).toMatchObject({ status: 0 });
    expect(laidOut("initial-cluster")).toEqual([]);
  });
  test("what an earlier release laid out says nothing of that, and is laid out anew", () => {
    stage("fetch");
    host.write("var/lib/keelson/restore/backup", `${id}\n`);
    host.called();
    expect(stage("fetch")).toMatchObject({ status: 0 });
    expect(laidOut("initial-cluster")).toEqual([all]);
  });
});

describe("the revision is above all that clients have seen", () => {
  test.each([
    ["after a backup from before any restore", 1, 7, "1000000000"],
    ["after one from before the last restore", 2, 7, "2000000000"],
    ["after one from after it", 2, 1_000_000_007, "1000000000"],
    ["by as much at least, where a cluster has written more than there were restores", 2, 7e9, "1000000000"],
    ["by the highest number", 999_999, 7, "999999000000000"],
  ])("%s", (_, generation, rev, bump) => {
    expect(stage("fetch", { generation, rev })).toMatchObject({ status: 0 });
    expect(laidOut("bump-revision")).toEqual([bump]);
  });
});
