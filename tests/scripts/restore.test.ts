import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

import { providersFile } from "../../components/encryption/settings";
import { Host, type Result } from "./host";
import { killAtSteps } from "./killer";

const script = Host.script("backup/restore.sh");
const uses = ["etcd/ask", "etcd/snapshot", "backup/repository", "encryption/providers"].map((path) =>
  Host.script(`${path}.sh`),
);
const id = "4f1d8a2b".padEnd(64, "0");
const later = "5c0e9b3c".padEnd(64, "0");
const bytes = "what was backed up";
let host: Host;

beforeEach(equip);
afterEach(() => host.remove());

/** A master with a member, and a backup in its repository. */
function equip(): void {
  host = new Host();
  host.stub("hostname", "echo m1");
  host.stub("systemctl", `[ "$1" != is-active ]`);
  for (const name of ["pgrep", "kubectl", "curl", "etcdctl"]) host.stub(name, name === "pgrep" ? "exit 1" : ":");
  host.write("etc/etcd/backup/environment", 'RESTIC_PASSWORD="hush"\n');
  host.write("var/lib/etcd/member/wal", "what was there");
  host.write("var/lib/keelson/etcd-data", "/var/lib/etcd\n".replace("/var", host.path("var")));
  host.write("etc/systemd/system/etcd.service", "--advertise-client-urls=https://192.0.2.1:2379\n");
  host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "the API server\n");
  repository(bytes);
  host.write(
    "usr/local/lib/keelson/etcdutl",
    `#!/bin/bash\nwhile [ "$1" != --data-dir ]; do shift; done\nmkdir -p "$2/member"\nprintf restored >"$2/member/wal"\n`,
  );
  chmodSync(host.path("usr/local/lib/keelson/etcdutl"), 0o755);
}

interface Backup {
  readonly id: string;
  readonly hour?: number;
  readonly rev?: number;
  readonly mark?: string;
  readonly of?: string;
}

/** What stands for restic: backups, with these bytes. */
function repository(content: string, ...backups: readonly Backup[]): void {
  const list = (backups.length > 0 ? backups : [{ id }]).map(
    ({ id, hour = 1, rev = 7, mark = "etcd", of = "test" }: Backup) => ({
      ...{ time: `2026-11-26T0${hour}:00:00Z`, hostname: of },
      ...{ tags: [mark, `rev=${rev}`, "keys=9", "hash=1", "registry=5"], id },
    }),
  );
  host.stub(
    "restic",
    `[ "$RESTIC_PASSWORD" = hush ] || exit 1
    case "$*" in
    *snapshots*--host*) echo '${JSON.stringify(list)}' ;;
    *stats*) echo '{"total_size":${content.length + 32},"total_file_count":1}' ;;
    *dump*) printf '${content}'; printf '${content}' | openssl dgst -sha256 -binary ;;
    esac`,
  );
}

interface More {
  readonly generation?: number;
  readonly wanted?: string;
  readonly chosen?: string;
  readonly over?: boolean;
  readonly before?: string;
}

function stage(
  name: string,
  { generation = 1, wanted = "latest", chosen = "", over = false, before = "" }: More = {},
): Result {
  const values = {
    ...{ STAGE: name, GENERATION: generation, WANTED: wanted, CHOSEN: chosen, OVER: over },
    ...{ NAME: "m1", CLUSTER: "test", CLUSTER_NAMES: "first prod" },
    ...{ RESTIC_OPTIONS: [], DATA_DIR: "/var/lib/etcd", PEER_URL: "https://192.0.2.1:2380", NODES: [] },
    INITIAL_CLUSTER: "m1=https://192.0.2.1:2380",
    ...{
      ENCRYPTION: "2",
      ENCRYPTION_KEYS: "1 b25l\n2 dHdv",
      ETCD_ENDPOINTS: [],
      ETCD_PREFIX: "/registry",
      PROVIDERS: providersFile,
    },
  };
  return host.run({ script: `${before}${script}`, uses, values });
}

const chosen = (more: More = {}) =>
  stage("choose", more)
    .stdout.replace(/^backup /, "")
    .trim();
const stages = ["fetch", "halt", "swap", "start", "resume"];

/** What is on the machine that matters: the member's data, what was there before, the manifest, and what is noted. */
function found(): Readonly<Record<string, string>> {
  const files = ["var/lib/etcd", "etc/kubernetes", "var/lib/keelson/restore"].flatMap((directory) =>
    readdirSync(host.path(directory), { recursive: true, encoding: "utf8" }).map((file) => join(directory, file)),
  );
  const plain = files.filter((file) => statSync(host.path(file)).isFile()).sort();
  return Object.fromEntries(plain.map((file) => [file, readFileSync(host.path(file), "utf8")]));
}
const restored = {
  "etc/kubernetes/manifests/kube-apiserver.yaml": "the API server\n",
  "var/lib/etcd/before-restore-1/member/wal": "what was there",
  ...Object.fromEntries(stages.map((name) => [`var/lib/keelson/restore/${name}`, "1\n"])),
  "var/lib/keelson/restore/backup": `${id}\nm1=https://192.0.2.1:2380 1000000000\n`,
  "var/lib/keelson/restore/chosen": expect.stringContaining(`1 latest 1795654800 ${id} `) as string,
  "var/lib/etcd/member/wal": "restored",
};

test("all stages, one after the other", () => {
  const backup = chosen();
  expect(backup).toMatch(new RegExp(`^1795654800 ${id} [0-9a-f]{64} ${bytes.length + 32} 7 5$`));
  for (const name of stages) expect(stage(name, { chosen: backup })).toMatchObject({ status: 0, stdout: "" });
  expect(found()).toEqual(restored);
  expect(host.called()).toContain("systemctl disable --quiet --now etcd.service");
});

test("a backup of another cluster is none, whose id restic takes for that of any", () => {
  repository("x", { id, of: "staging" });
  expect(stage("choose", { wanted: id }).stderr).toContain(
    `there is no backup (${id}) of the cluster test (first prod)`,
  );
});
test("nothing is stopped before what a member is to start on is there, and has the same bytes as everywhere", () => {
  const backup = chosen();
  repository("something else");
  const { status, stderr } = stage("fetch", { chosen: backup });
  expect(status).toBe(1);
  expect(stderr).toContain("has other bytes on m1 than where it was chosen, and nothing was stopped");
  expect(host.called().filter((call) => call.startsWith("systemctl"))).toEqual([]);
  expect(host.read("var/lib/etcd/member/wal")).toBe("what was there");
});

test("a generation that is done is not done again, and a higher one is, beside what the first had kept", () => {
  const backup = chosen();
  for (const name of stages) stage(name, { chosen: backup });
  host.write("var/lib/etcd/member/wal", "written since");
  for (const name of stages) expect(stage(name, { chosen: backup }).status).toBe(0);
  expect(host.read("var/lib/etcd/member/wal")).toBe("written since");
  for (const name of stages) stage(name, { chosen: backup, generation: 2 });
  expect(host.read("var/lib/etcd/member/wal")).toBe("restored");
  expect(host.read("var/lib/etcd/before-restore-2/member/wal")).toBe("written since");
  expect(host.read("var/lib/etcd/before-restore-1/member/wal")).toBe("what was there");
});

test("a machine that came when it was over is left as it is", () => {
  const backup = chosen();
  for (const name of stages) {
    expect(stage(name, { chosen: backup, over: name !== "halt" && name !== "resume" }).status).toBe(0);
  }
  expect(host.read("var/lib/etcd/member/wal")).toBe("what was there");
  expect(host.read("var/lib/keelson/restore/over")).toBe("1\n");
});

describe("all members start on one backup", () => {
  const both = [{ id }, { id: later, hour: 2 }];

  test("which is chosen once for a generation, and again for a higher one", () => {
    const first = chosen();
    repository(bytes, ...both);
    expect(chosen()).toBe(first);
    expect(chosen({ generation: 2 })).toContain(` ${later} `);
  });
  test("also where another is asked for: what is laid out is laid out anew, until members may have begun on it", () => {
    const first = chosen();
    expect(stage("fetch", { chosen: first }).status).toBe(0);
    host.up("rm $STATE/restore/fetch");
    repository(bytes, { id: later });
    const second = chosen({ wanted: later });
    expect(second).toContain(` ${later} `);
    // One that did fetch the first.
    host.up("echo 1 >$STATE/restore/fetch");
    host.called();
    expect(stage("fetch", { chosen: second }).status).toBe(0);
    expect(host.called().filter((call) => call.includes(` dump ${later} `))).toHaveLength(1);
    expect(host.read("var/lib/keelson/restore/backup")).toContain(`${later}\n`);
    expect(stage("fetch", { chosen: second }).status).toBe(0);
    expect(host.called()).toEqual([]);
    expect(chosen({ wanted: id.slice(0, 8) })).toBe(second);
    for (const name of ["halt", "swap"]) stage(name, { chosen: second });
    expect(stage("fetch", { chosen: first }).stderr).toContain("and not to the backup 4f1d8a2b for the members m1=");
    expect(host.read("var/lib/etcd/member/wal")).toBe("restored");
  });
  test("which nobody looks for any more when that was done, or is over without the machine", () => {
    const first = chosen();
    for (const name of stages) stage(name, { chosen: first });
    host.stub("restic", "exit 1");
    expect(chosen()).toBe(first);
    for (const name of stages) expect(stage(name, { chosen: first })).toMatchObject({ status: 0 });
    host.up("rm -r $STATE/restore");
    host.called();
    expect(stage("choose", { over: true })).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(host.called()).toEqual([]);
    expect(stage("fetch").stderr).toContain("nobody knows any more which backup the restore 1 is of");
  });
  test.each([
    ["is passed over where others know more", 6, id],
    ["is the latest where it knows more than all others", 8, later],
  ])("one that a member made alone %s", (_, rev, expected) => {
    repository(bytes, { id }, { id: later, hour: 2, rev, mark: "etcd-alone" });
    expect(chosen()).toContain(` ${expected} `);
  });
});

test("data of another etcd is not moved aside, and an API server that goes on is named", () => {
  const backup = chosen();
  host.up("rm $STATE/etcd-data");
  expect(stage("fetch", { chosen: backup }).stderr).toContain("has data of another cluster's etcd");
  host.stub("pgrep", "exit 0");
  const { stderr } = stage("halt", { before: 'wait_for() { "${@:3}"; }\n' });
  expect(stderr).toContain("the API server on m1 does not end");
});

/** Ends the program before the last command of this number that changes what is there. */
const killer = (at: number) => `
commands=0
watch() {
  case $1 in mv\\ * | rm\\ * | mkdir\\ * | systemctl\\ * | sync\\ * | printf\\ *'>'*) commands=$((commands + 1)) ;; *) return 0 ;; esac
  [ "$commands" != ${at} ] || kill -9 $$
}
set -T
trap 'watch "$BASH_COMMAND"' DEBUG
`;

test.each(stages)("%s may be killed at every step", (name) => {
  const backup = chosen();
  const [before, rest] = [stages.slice(0, stages.indexOf(name)), stages.slice(stages.indexOf(name))];
  for (const stageBefore of before) expect(stage(stageBefore, { chosen: backup }).status).toBe(0);
  const begun = `${host.root}.begun`;
  cpSync(host.root, begun, { recursive: true });
  const steps = killAtSteps((step) => {
    host.remove();
    cpSync(begun, host.root, { recursive: true });
    const { status } = stage(name, { chosen: backup, before: killer(step) });
    for (const after of rest) expect(stage(after, { chosen: backup })).toMatchObject({ status: 0 });
    expect(found()).toEqual(restored);
    return status;
  });
  rmSync(begun, { recursive: true });
  expect(steps).toBeGreaterThan(2);
});
