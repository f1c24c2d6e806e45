import { TestMachine } from "../support/machine";
import { dockerObjects, TestStack, within } from "../support/stack";

const name = "e2e-harm-etcd";
const prefix = "172.31.237";
const names = ["master-1", "master-2", "master-3"];
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: `${prefix}.0/24` },
  machines: names.map((name, at) => ({ name, roles: ["master", "etcd"], address: `${prefix}.${11 + at}` })),
  kubernetes: { runtime: "containerd" },
  workloads: { enabled: false },
});
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const kubectl = (args: string) => on("master-2").kubectl(`--request-timeout 5s ${args}`);

afterAll(() => stack.remove());

const pki = "/etc/etcd/pki/etcd";
const etcdctl = `etcdctl --endpoints https://127.0.0.1:2379 --cacert ${pki}/ca.crt --cert ${pki}/healthcheck-client.crt --key ${pki}/healthcheck-client.key`;

/** How many members one of them finds well. */
const well = (asked: string) =>
  on(asked)
    .attempt(`${etcdctl} endpoint health --cluster 2>&1`)
    .stdout.match(/is healthy/g)?.length ?? 0;
const voters = (asked: string) =>
  on(asked)
    .etcdMembers()
    .map(({ name, learner }) => `${name} ${learner === "false" ? "voter" : "learner"}`)
    .sort();
const units = () => names.map((machine) => on(machine).run("sha256sum </etc/systemd/system/etcd.service"));
const starts = () =>
  names.map((machine) => on(machine).run("systemctl show --property=ActiveEnterTimestampMonotonic etcd"));

test("three masters are built, and no member of etcd would found a second time", async () => {
  await stack.succeed("up");
  expect(voters("master-2")).toEqual(names.map((name) => `${name} voter`));
  for (const machine of names) {
    expect(on(machine).run("cat /etc/etcd/beginning.env")).toMatch(/INITIAL_CLUSTER_STATE=existing$/);
    expect(on(machine).run("systemctl show --property=RequiresMountsFor etcd")).toContain("/var/lib/etcd");
  }
});

test("a flag that etcd refuses stops at one member, which runs on what it had", async () => {
  const before = { units: units(), starts: starts() };
  stack.change({ etcd: { extraArgs: { "auto-compaction-mode": "sometimes" } } });
  const { status, output } = await stack.run("up");
  expect(status).toBe(1);
  expect(output.replace(/\s+/g, " ")).toMatch(
    /did not come up with its new settings \(--auto-compaction-mode=sometimes\): .*unknown auto-compaction-mode/,
  );
  expect(output.replace(/\s+/g, " ")).toContain("It runs on its old settings again");
  expect(units()).toEqual(before.units);
  expect(starts().filter((start, at) => start !== before.starts[at])).toHaveLength(1);
  expect(well("master-2")).toBe(3);
  expect(kubectl("create configmap with-the-wrong-flag")).toContain("created");
});

test("it is taken back, and nothing is left to do", async () => {
  const before = { units: units(), starts: starts() };
  stack.change({ etcd: {} });
  await stack.succeed("up");
  expect({ units: units(), starts: starts() }).toEqual(before);
  expect(well("master-2")).toBe(3);
});

test("a member whose data is gone does not start, and says so; the others go on", async () => {
  on("master-1").run("systemctl stop etcd && rm -rf /var/lib/etcd/member && (systemctl start etcd || true)");
  expect(on("master-1").attempt("systemctl is-active etcd").status).not.toBe(0);
  expect(on("master-1").attempt("systemctl status --no-pager --full etcd").stdout).toContain(
    "/var/lib/etcd/member is not there",
  );
  expect(on("master-1").run("ls -A /var/lib/etcd")).toBe("");
  await within(30, () => kubectl("create configmap without-the-data").includes("created"));
  expect(kubectl("get configmap with-the-wrong-flag -o name")).toBe("configmap/with-the-wrong-flag");
});

test("it joins anew, while a setting reaches the others one at a time", async () => {
  stack.change({ etcd: { extraArgs: { "snapshot-count": "20000" } } });
  await stack.succeed("up");
  expect(voters("master-2")).toEqual(names.map((name) => `${name} voter`));
  expect(well("master-1")).toBe(3);
  for (const machine of names) {
    expect(on(machine).run("grep -c snapshot-count=20000 /etc/systemd/system/etcd.service")).toBe("1");
  }
  expect(on("master-1").run(`${etcdctl} get /registry/configmaps/default/without-the-data --keys-only`)).not.toBe("");
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
