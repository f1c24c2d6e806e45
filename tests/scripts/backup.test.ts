import { surveyProgram } from "../../components/survey";
import { Host } from "./host";

const functions = ["etcd/ask", "etcd/snapshot", "backup/repository", "backup/verify", "backup/run"].map((path) =>
  Host.script(`${path}.sh`),
);
const base64 = (text: string) => Buffer.from(text).toString("base64");
let host: Host;
beforeEach(() => {
  host = new Host("systemctl", "etcdctl", "journalctl", "dpkg-query");
  host.stub("hostname", "echo m1");
});
afterEach(() => host.remove());

const values = {
  ...{ NAME: "m1", EVERY: 3600, VERIFY: 86_400, KEEP: [], CLUSTER: "test", ETCD_PREFIX: "/registry" },
  ...{ RESTIC_OPTIONS: [], PROGRAMS: [], PACKAGES: [], SFTP_KEY: "" },
};
const run = (body: string) => host.up(body, { uses: functions, values, secrets: [] });

describe("the timer makes a backup", () => {
  const [minute, hour] = [60, 3600];
  const looked = (lines: readonly (readonly [number, string])[]) =>
    run(`
      backups() {
        :
        ${lines.map(([age, tags]) => `echo "$((EPOCHSECONDS - ${age})) 0a1b2c ${tags}"`).join("\n")}
      }
      open_repository() { mkdir -p "$RECORDS"; }
      make_backup() { log made; }
      verified_at() { echo "$EPOCHSECONDS"; }
      back_up timer locked`);

  test.each<[string, string, readonly (readonly [number, string])[]]>([
    ["none", "where the newest is of this interval", [[10 * minute, "etcd rev=7"]]],
    ["one", "where it is of the one before", [[hour, "etcd rev=7"]]],
    [
      "one",
      "where a member alone made the only one of this interval",
      [
        [hour, "etcd rev=7"],
        [minute, "etcd-alone rev=6"],
      ],
    ],
    ["one", "where there are some that a member made alone", [[minute, "etcd-alone rev=6"]]],
    ["one", "where the newest is of a time that is yet to come", [[-48 * hour, "etcd rev=7"]]],
    ["none", "where that is so by a moment", [[-5, "etcd rev=7"]]],
  ])("%s %s", (made, _, lines) => {
    const { status, stderr } = looked(lines);
    expect([status, stderr]).toEqual([0, made === "one" ? "made\n" : ""]);
  });
});

test("one of a time that is yet to come is told to the survey, where it is more than an hour", () => {
  const told = (ahead: number) => {
    const records = "var/lib/keelson/backup";
    const now = Math.floor(Date.now() / 1000);
    host.write(`${records}/due`, "3600 86400\n");
    host.write(`${records}/newest`, `${now + ahead} ${"0a1b2c3d".padEnd(64, "0")} 7 5\n`);
    host.write(`${records}/verified`, `${now}\n`);
    return /^fault .*$/m.exec(host.bash(surveyProgram()).stdout)?.[0];
  };
  expect(told(1800)).toBeUndefined();
  expect(told(7200)).toMatch(/is of .* UTC, which is yet to come: a clock was ahead\. restic forget 0a1b2c3d takes it/);
});

describe("a backup that an earlier release marked with the stack's name, as another cluster's may be", () => {
  const script = Host.script("backup/restore.sh");
  const wanted = (wanted: string, own: string) =>
    host
      .up(
        `repository() { echo '[{"time":"2026-11-26T03:00:00Z","hostname":"prod","tags":["etcd","rev=7"],"id":"e1"}${own}]'; }\nwanted_backup`,
        {
          uses: [...functions, script],
          values: { ...values, CLUSTER_NAMES: "first prod", WANTED: wanted },
          secrets: [],
        },
      )
      .stdout.split(" ")[1];
  const one = (id: string, hour: number, tags: string) =>
    `,{"time":"2026-11-26T0${hour}:00:00Z","hostname":"test","tags":[${tags}],"id":"${id}"}`;

  test("is the latest until there is one that is marked with the cluster's id", () => {
    expect(wanted("latest", "")).toBe("e1");
    expect(wanted("latest", one("a1", 2, '"etcd","rev=7"'))).toBe("a1");
  });
  test("is so also beside one that a member made alone, which knows less", () => {
    expect(wanted("latest", one("a1", 4, '"etcd-alone","rev=6"'))).toBe("e1");
    expect(wanted("latest", one("a1", 4, '"etcd-alone","rev=8"'))).toBe("a1");
  });
  test("is had by its own id, and is none of those that the timer goes by", () => {
    expect(wanted("e1", "")).toBe("e1");
    const list = `repository() { echo '[{"time":"2026-11-26T03:00:00Z","hostname":"prod","tags":["etcd"],"id":"e1"}]'; }`;
    expect(run(`${list}\nbackups`).stdout).toBe("");
  });
});

test.each([
  [
    "has no quorum makes it alone",
    "exit 1",
    "etcd has no quorum: m1 makes the backup without asking the others\ncalled: alone timer\n",
  ],
  [
    "is full, and so gives no lock, makes it as one of all",
    "echo 'unhealthy: Active Alarm(s): NOSPACE'; exit 1",
    'etcd is full (alarm NOSPACE): m1 makes the backup without a lock. See "When etcd is full" in docs/operations.md\ncalled: locked timer\n',
  ],
])("who %s, and says so", (_, etcdctl, said) => {
  host.stub("etcdctl", etcdctl);
  host.write("etc/systemd/system/etcd.service", "--advertise-client-urls=https://192.0.2.1:2379\n");
  host.write("usr/local/lib/keelson/etcd-backup", 'echo "called: $*" >&2\n');
  expect(run("run_backup timer").stderr).toBe(said);
});

test("restic goes by what the stack says, whatever the machine has for backups of its own", () => {
  host.write("etc/etcd/backup/environment", 'RESTIC_REPOSITORY="ours"\nRESTIC_PASSWORD="hush"\n');
  host.stub("restic", 'env | grep -E "^(RESTIC_|AWS_SESSION)" | sort');
  const exported = "RESTIC_REPOSITORY_FILE=x RESTIC_PASSWORD_FILE=x RESTIC_PASSWORD_COMMAND=x AWS_SESSION_TOKEN=x";
  expect(run(`export ${exported}\nrepository snapshots`).stdout).toBe("RESTIC_PASSWORD=hush\nRESTIC_REPOSITORY=ours\n");
});

describe("the repository that was seen first", () => {
  const known = "var/lib/keelson/backup/repository";
  const uses = [...functions, "install_packages() { :; }\ninstall_programs() { :; }\n"];
  const equip = (repository: string, server = "192.0.2.7", before = "") =>
    host.run({
      script: `${before}${Host.script("backup/backup.sh")}`,
      uses,
      values: { ...values, ENVIRONMENT: base64(`RESTIC_REPOSITORY="${repository}"\nRESTIC_PASSWORD="hush"\n`) },
      secrets: ["ENVIRONMENT"],
      files: [{ path: "/etc/etcd/backup/ssh_config", content: `Host backup\n  HostName ${server}\n  User backup\n` }],
    });

  beforeEach(() => {
    expect(equip("sftp:backup:/srv/etcd").status).toBe(0);
    host.write(known, "an id\n");
  });

  test("is known as long as backups go there", () => {
    expect(equip("sftp:backup:/srv/etcd").status).toBe(0);
    expect(host.has(known)).toBe(true);
  });
  test("is known where an earlier release did not write down where that is", () => {
    host.up("rm $STATE/backup/place");
    expect(equip("sftp:backup:/srv/etcd").status).toBe(0);
    expect(host.has(known)).toBe(true);
  });
  test.each([
    ["another path", "sftp:backup:/srv/other", undefined],
    ["another server", "sftp:backup:/srv/etcd", "192.0.2.8"],
  ])("is forgotten where they go to %s", (_, repository, server) => {
    expect(equip(repository, server).status).toBe(0);
    expect(host.has(known)).toBe(false);
    host.write(known, "another id\n");
    expect(equip(repository, server).status).toBe(0);
    expect(host.has(known)).toBe(true);
  });
  test("is forgotten by the run after one that was killed before it came to that", () => {
    expect(equip("/srv/share", "192.0.2.7", "rm() { kill -9 $$; }\n").status).toBe(null);
    expect(host.has(known)).toBe(true);
    expect(equip("/srv/share").status).toBe(0);
    expect(host.has(known)).toBe(false);
  });
});
