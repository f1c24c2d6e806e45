import { statSync } from "node:fs";

import { Host } from "./host";

const snapshot = ["etcd/ask.sh", "etcd/snapshot.sh"].map((path) => Host.script(path)).join("\n");
const file = "var/lib/keelson/snapshots/before-1.36.3.db";
let host: Host;

/** What stands for etcdctl: a member with this status, whose snapshot has these bytes and the digest of `digested` at its end. */
function member(status: string, bytes = "everything", digested = bytes): void {
  host.stub(
    "etcdctl",
    `case "$*" in
    *"endpoint status"*) printf '%s\\n' ${status} ;;
    *"snapshot save"*)
      for file; do case $file in */snapshots/*) break ;; esac; done
      printf ${bytes} >"$file.part"
      printf ${digested} | openssl dgst -sha256 -binary >>"$file.part"
      mv "$file.part" "$file" ;;
    esac`,
  );
}
const well = `'"DBSize" : 4096' '"IsLearner" : false'`;
const before = (begun = false) => host.up(`snapshot_before 1.36.3 ${String(begun)}`, { uses: [snapshot] });

beforeEach(() => {
  host = new Host();
  host.stub("hostname", "echo master-1");
  host.write("etc/systemd/system/etcd.service", "ExecStart=etcd --advertise-client-urls=https://192.0.2.1:2379 \\\n");
  member(well);
});
afterEach(() => host.remove());

test("a snapshot is of the machine's own member, whole, and for root alone", () => {
  expect(before()).toMatchObject({ status: 0, stdout: "" });
  expect(host.called().filter((call) => call.includes("snapshot save"))).toEqual([
    expect.stringContaining("--endpoints=https://192.0.2.1:2379 ") as string,
  ]);
  expect(host.read(file).startsWith("everything")).toBe(true);
  expect(statSync(host.path(file)).mode & 0o777).toBe(0o600);
  expect(statSync(host.path("var/lib/keelson/snapshots")).mode & 0o777).toBe(0o700);
  expect(host.has(`${file}.new`) || host.has(`${file}.new.said`)).toBe(false);
});

test("an upgrade that begins again has one of its own, for there was work since; the one before is there until it is whole", () => {
  before();
  member(well, "later", "another");
  expect(before().status).toBe(1);
  expect(host.read(file).startsWith("everything")).toBe(true);
  member(well, "later");
  expect(before().stderr).not.toContain("is kept");
  expect(host.read(file).startsWith("later")).toBe(true);
});

test("an upgrade that has begun keeps the one from before, and makes it anew where it is not whole", () => {
  before();
  host.up(`touch -d '2 days ago' '${host.path(file)}'`);
  member(well, "later");
  expect(before(true).stderr).toContain("the snapshot from before 1.36.3 is kept");
  expect(host.read(file).startsWith("everything")).toBe(true);
  host.write(file, "everythin");
  expect(before(true).status).toBe(0);
  expect(host.read(file).startsWith("later")).toBe(true);
});

test("one of an upgrade that is over is there until the next one's is whole", () => {
  const [old, etcds] = ["1.35.4", "etcd-3.6.14"].map((name) => file.replace("1.36.3", name));
  before();
  for (const kept of [old ?? "", etcds ?? ""]) host.write(kept, "kept");
  member(well, "later", "another");
  expect(before().status).toBe(1);
  expect([host.read(file).startsWith("everything"), host.has(old ?? ""), host.has(etcds ?? "")]).toEqual([
    true,
    true,
    true,
  ]);
  member(well, "later");
  expect(before().stderr).not.toContain("is kept");
  expect([host.read(file).startsWith("later"), host.has(old ?? ""), host.has(etcds ?? "")]).toEqual([
    true,
    false,
    true,
  ]);
});

test("one whose bytes are not those of its digest does not count", () => {
  member(well, "everything", "nothing");
  const { status, stderr } = before();
  expect(status).toBe(1);
  expect(stderr).toContain("the snapshot that master-1's member of etcd gave is not whole");
  expect(host.has(file)).toBe(false);
});

test("a learner, one that does not answer, and a disk without room are named, and nothing is left", () => {
  member(`'"DBSize" : 4096' '"IsLearner" : true'`);
  expect(before().stderr).toContain("is a learner");
  host.stub("etcdctl", "exit 1");
  expect(before().stderr).toContain("does not answer, so there is no snapshot");
  member(`'"DBSize" : 409600000' '"IsLearner" : false'`);
  host.stub("df", "printf 'Avail\\n102400\\n'");
  expect(before().stderr).toMatch(/has 100 MiB left, and a snapshot of etcd needs 493 MiB/);
  expect(host.has(file)).toBe(false);
});

describe("before another release of etcd starts", () => {
  const kept = "var/lib/keelson/snapshots/before-etcd-3.6.14.db";
  const keep = (release: string) =>
    host.up(`is_joining() { false; }\nhealthy() { [ ! -e '${host.path("unwell")}' ]; }\nkeep_snapshot`, {
      uses: [snapshot, Host.script("etcd/turn.sh")],
      values: { RELEASE: release, CLIENT_PORT: 2379, PEER_URL: "https://192.0.2.1:2380" },
    });
  beforeEach(() => {
    host.write("usr/local/bin/etcd", "#!/bin/sh\necho 'etcd Version: 3.5.33'\n");
    host.up(`chmod 0755 '${host.path("usr/local/bin/etcd")}'`);
  });

  test("its member keeps one, and none of earlier upgrades", () => {
    host.write("var/lib/keelson/snapshots/before-etcd-3.5.33.db", "old");
    host.write("var/lib/keelson/snapshots/before-1.36.3.db", "Kubernetes'");
    expect(keep("3.6.14").stderr).toContain("etcd 3.5.33 → 3.6.14: a snapshot from before is kept in ");
    expect(host.has(kept)).toBe(true);
    expect(host.has("var/lib/keelson/snapshots/before-etcd-3.5.33.db")).toBe(false);
    expect(host.has("var/lib/keelson/snapshots/before-1.36.3.db")).toBe(true);
  });
  test("it does not start where none could be kept, and one that does not answer has none to keep", () => {
    host.stub("df", "printf 'Avail\n1\n'");
    expect(keep("3.6.14").status).toBe(1);
    host.write("unwell", "");
    expect(keep("3.6.14").status).toBe(0);
    expect(host.has(kept)).toBe(false);
  });
  test("a restart for settings keeps none", () => {
    expect(keep("3.5.33")).toMatchObject({ status: 0, stderr: "" });
    expect(host.has("var/lib/keelson/snapshots")).toBe(false);
  });
});

test("one that was cut off is taken anew", () => {
  host.write(`${file}.new.part`, "every");
  expect(before().status).toBe(0);
  expect(host.has(file)).toBe(true);
  expect(host.has(`${file}.new.part`)).toBe(false);
});
