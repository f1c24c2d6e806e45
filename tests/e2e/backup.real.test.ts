import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { S3 } from "../support/s3";
import { here, root } from "../support/stack";
import { backedUp, on } from "../scripts/backups";
import { Authority, EtcdMember } from "../scripts/etcdMember";
import type { Result } from "../scripts/host";

jest.setTimeout(300_000);

const addresses = [1, 2, 3].map((last) => `127.63.0.${last}`);
let authority: Authority;
let members: EtcdMember[] = [];

beforeAll(() => {
  here(join(root, "toolchain", "packages"), "restic");
  authority = new Authority(addresses);
});
afterAll(() => {
  authority.remove();
});
afterEach(() => members.splice(0).forEach((member) => member.remove()));

/** Real members, each with restic's settings for one repository that all of them reach. */
async function built(count: number, at?: string): Promise<readonly [EtcdMember, ...EtcdMember[]]> {
  members = addresses.slice(0, count).map((address, at) => new EtcdMember(`m${at + 1}`, address, authority));
  const all = members as [EtcdMember, ...EtcdMember[]];
  const results = await Promise.all(
    members.map((one) =>
      one.script(
        members.filter((other) => other !== one),
        { founders: members },
      ),
    ),
  );
  expect(results.map(({ status }) => status)).toEqual(members.map(() => 0));
  const repository = at ?? all[0].host.path("share");
  for (const member of members) backedUp(member, repository);
  for (let i = 0; i < 40; i++) all[0].ask("put", `/things/registry/${i}`, `value-${i}`);
  return all;
}

/** A server that answers whoever asks as S3 answers those whose keys it does not know. */
async function refusing(address: string): Promise<{ readonly url: string; readonly remove: () => void }> {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message></Error>`;
  // Whoever asks holds this process while it waits.
  const child = spawn(
    process.execPath,
    [
      "-e",
      `require("node:http").createServer((_, to) => to.writeHead(403, { "Content-Type": "application/xml" }).end(${JSON.stringify(body)}))
        .listen(9000, "${address}", () => console.log("listens"))`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await once(child.stdout, "data");
  return { url: `http://${address}:9000/backups`, remove: () => child.kill() };
}

const record = ({ host }: EtcdMember, file: string) => host.read(`var/lib/keelson/backup/${file}`).trim().split(" ");
const wrong = (result: Result) =>
  /^error: .*$/m.exec(result.stderr)?.[0] ?? `no error, status ${String(result.status)}`;

describe("real backups of real members", () => {
  test("one member makes it, is believed by the others, and it is verified by being restored", async () => {
    const [first, second] = (await built(3)) as unknown as [EtcdMember, EtcdMember];
    const { status, stderr } = on(first, "run_backup timer");
    expect(stderr).toMatch(/etcd was backed up by m1: revision \d+, 40 keys of Kubernetes/);
    expect(stderr).toMatch(/was restored apart from the cluster by m1: revision \d+, 40 keys of Kubernetes/);
    expect(status).toBe(0);
    const [at, id] = record(first, "newest");
    expect(record(first, "newest")).toEqual([
      expect.stringMatching(/^\d{10}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.any(String),
      "40",
    ]);
    const other = on(second, "run_backup timer");
    expect(other.stderr).not.toContain("backed up");
    expect(other.status).toBe(0);
    expect(record(second, "newest").slice(0, 2)).toEqual([at, id]);
    expect(record(second, "verified")).toEqual(record(first, "verified"));
    expect(first.host.has("var/lib/keelson/backup/scratch")).toBe(false);
    expect(statSync(first.host.path("var/lib/keelson/backup")).mode & 0o777).toBe(0o700);
    expect(on(second, "run_backup now").stderr).toContain("etcd was backed up by m2");
    expect(record(second, "newest")[1]).not.toBe(id);
  });

  test("one flipped byte is found, told to the survey, and as an Event", async () => {
    const [only] = await built(1);
    expect(on(only, "run_backup now").status).toBe(0);
    const data = only.host.path("share/data");
    const packs = readdirSync(data, { recursive: true, encoding: "utf8" }).map((name) => join(data, name));
    const [largest = ""] = packs
      .filter((path) => statSync(path).isFile())
      .sort((one, other) => statSync(other).size - statSync(one).size);
    const bytes = readFileSync(largest);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    spawnSync("chmod", ["u+w", largest]);
    writeFileSync(largest, bytes);
    only.host.write("etc/kubernetes/admin.conf", "");
    only.host.stub("kubectl", `cat >'${only.host.path("event")}'`);
    const result = on(only, "run_backup verify");
    expect(wrong(result)).toMatch(/cannot be read|is damaged/);
    expect(result.status).toBe(1);
    expect(record(only, "failed").join(" ")).toMatch(/^\d{10} .*(cannot be read|is damaged)/);
    expect(only.host.read("event")).toMatch(/reason: EtcdBackupFailed\nmessage: ".*(cannot be read|is damaged)/);
    expect(only.host.has("var/lib/keelson/backup/scratch")).toBe(false);
  });

  test("a backup that comes late is told of, as an Event", async () => {
    const [only] = await built(1);
    only.host.write("etc/kubernetes/admin.conf", "");
    only.host.stub("kubectl", `cat >'${only.host.path("event")}'`);
    expect(on(only, "run_backup now").status).toBe(0);
    const threeHoursLater = "now=$((EPOCHSECONDS + 3 * 3600)); unset EPOCHSECONDS; EPOCHSECONDS=$now";
    expect(on(only, `${threeHoursLater}; back_up timer locked`, 7200).status).toBe(0);
    expect(only.host.has("event")).toBe(false);
    expect(on(only, `${threeHoursLater}; back_up timer locked`).status).toBe(0);
    expect(only.host.read("event")).toMatch(
      /reason: EtcdBackupLate\nmessage: "etcd had no backup for 3 hours, and one is due every 60 minutes/,
    );
  });

  test("what a member makes alone is marked, and takes no other's place", async () => {
    const [only] = await built(1);
    for (const how of ["locked", "alone", "locked"]) {
      expect(on(only, `back_up now ${how}`, 3600, 864_000_000)).toMatchObject({ status: 0 });
    }
    // The last one of this hour is kept, of each mark.
    expect(on(only, "backups").stdout.match(/ etcd\S* rev/g)).toEqual([" etcd-alone rev", " etcd rev"]);
  });

  test("a disk without room for a backup and what is restored of it is not filled by its verification", async () => {
    const [only] = await built(1);
    expect(on(only, "run_backup now").status).toBe(0);
    only.host.stub("df", "printf 'Avail\\n1024\\n'");
    expect(wrong(on(only, "run_backup verify"))).toMatch(/scratch on \S+ has 1 MiB left, and a snapshot of etcd needs/);
    expect(only.host.has("var/lib/keelson/backup/scratch")).toBe(false);
  });

  test("who works on the repository is waited for, by a verification, which takes out what is not used", async () => {
    const [only] = await built(1);
    expect(on(only, "run_backup now").status).toBe(0);
    const { status, stderr } = on(
      only,
      `(
        set -a
        . "$REPOSITORY"
        { sleep 8; echo held; } | restic --quiet --no-cache backup --stdin --stdin-filename held --host another
      ) &
      until [ -n "$(ls '${only.host.path("share/locks")}')" ]; do sleep 0.1; done
      run_backup verify`,
    );
    expect(stderr).toMatch(
      /repository of etcd's backups is in use, and waited for at most 600 s: .*already locked by PID/,
    );
    expect(stderr).toMatch(/was restored apart from the cluster by m1/);
    expect(status).toBe(0);
  });

  test("a share that is not mounted is not taken for a place to begin in, and another password is named", async () => {
    const [only] = await built(1);
    expect(on(only, "run_backup now").status).toBe(0);
    only.host.up(`mv '${only.host.path("share")}' '${only.host.path("elsewhere")}'`);
    const told = wrong(on(only, "run_backup timer"));
    expect(told).toContain("see whether its share is mounted");
    expect(told).toContain(`remove ${only.host.path("var/lib/keelson/backup/repository")}`);
    expect(only.host.has("share")).toBe(false);
    only.host.up(`mv '${only.host.path("elsewhere")}' '${only.host.path("share")}'`);
    only.host.write(
      "etc/etcd/backup/environment",
      `RESTIC_REPOSITORY="${only.host.path("share")}"\nRESTIC_PASSWORD="b"\n`,
    );
    expect(wrong(on(only, "run_backup timer"))).toContain("wrong password");
  });

  test("a place of S3 that refuses the keys is named with its words", async () => {
    const place = await refusing("127.63.0.8");
    try {
      const [only] = await built(1, `s3:${place.url}/etcd`);
      expect(wrong(on(only, "run_backup timer"))).toContain("The AWS Access Key Id you provided does not exist");
      expect(record(only, "failed").join(" ")).toContain("does not exist in our records");
    } finally {
      place.remove();
    }
  });

  // It is built where the network may be used: toolchain/module s3.
  test("a place of S3 is made, has backups that are verified, and gives one back whole", async () => {
    const server = await S3.at("127.63.0.9");
    try {
      const [only] = await built(1, `s3:${server.url}/etcd`);
      const { stderr } = on(only, "run_backup timer");
      expect(stderr).toMatch(/was restored apart from the cluster by m1: revision \d+, 40 keys of Kubernetes/);
      expect(await server.answer()).toMatch(/<Key>etcd\/snapshots\//);
      const [, id = "", revision] = record(only, "newest");
      const back = on(only, `repository dump ${id} etcd.db >$STATE/back && snapshot_status $STATE/back`);
      expect(back.stdout).toContain(`"revision":${revision ?? ""}`);
      server.remove();
      expect(wrong(on(only, "repository_id || die $(restic_said)"))).toContain("connection refused");
    } finally {
      server.remove();
    }
  });
});
