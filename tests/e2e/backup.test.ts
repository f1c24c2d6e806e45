import { figure } from "../support/figures";
import { TestMachine } from "../support/machine";
import { nameserverLines, OwnMachines } from "../support/ownMachines";
import { here, killed, TestStack, within } from "../support/stack";

const name = "e2e-backup";
const prefix = "172.31.231";
const masters = ["master-1", "master-2", "master-3"];
const canary = "canary: opens the backups";
let own: OwnMachines;
let stack: TestStack;
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const store = on("store");

const settle = (machine: string) => {
  on(machine).run(`printf '%s\\n' '${nameserverLines()}' >/etc/own-resolv.conf`);
  on(machine).run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done");
};

const cluster = () =>
  own.machines
    .filter((machine) => machine.name !== "store")
    .map((machine) => ({ ...machine, roles: masters.includes(machine.name) ? ["master", "etcd"] : ["worker"] }));

/** As the stack's file keeps it. */
let password: unknown;

function backedUp(restore?: object): void {
  const machine = own.machines.find((machine) => machine.name === "store");
  const { hostKey = "", privateKeyFile = "" } = machine?.ssh ?? {};
  const to = `sftp:keelson@${prefix}.15:/srv/etcd`;
  stack.change({
    machines: cluster(),
    etcd: { backup: { to, hostKey, privateKeyFile, password, every: "12h" }, ...(restore ? { restore } : {}) },
  });
}

beforeAll(() => {
  own = new OwnMachines(name, prefix, [...masters, "worker-1", "store"]);
  [...masters, "worker-1", "store"].forEach(settle);
  store.run("mkdir /srv/etcd && chown keelson: /srv/etcd");
  stack = new TestStack(name, {
    provider: "ssh",
    machines: cluster(),
    kubernetes: {
      virtualAddress: `${prefix}.10`,
      kubelet: { configuration: { resolvConf: "/etc/own-resolv.conf" } },
    },
    artifacts: { source: "bundle" },
    workloads: { nginx: { replicas: 1 } },
  });
});

afterAll(async () => {
  await stack.remove();
  own.remove();
});

/** What people and controllers have written, but for what changes all the while. */
const objects = (machine = "master-1") =>
  on(machine).run(
    "kubectl --kubeconfig /etc/kubernetes/admin.conf get configmaps,secrets,services,deployments,daemonsets,serviceaccounts,clusterroles -A " +
      `-o 'jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.uid} {.data} {.spec.clusterIP}{"\\n"}{end}' | sort | sha256sum`,
  );
const write = (object: string) => on("master-1").kubectl(`create configmap ${object} --from-literal=key=${object}`);
const has = (object: string) =>
  on("master-1").kubectl("get configmaps -o name").includes(`configmap/${object}\n`) ||
  on("master-1").kubectl("get configmaps -o name").endsWith(`configmap/${object}`);
const wipe = (machine: string) => on(machine).run("systemctl stop etcd; rm -rf /var/lib/etcd/member");
const seconds = (began: number) => `${Math.round((Date.now() - began) / 1000)} s`;

test("three masters; backups are one more line, and nothing restarts for it", async () => {
  await stack.succeed("up");
  password = stack.encrypted(canary);
  backedUp();
  const before = masters.map((machine) => on(machine).unitStarts());
  const preview = await stack.succeed("preview");
  expect(preview.output).toContain(`etcd is backed up every 12h to sftp:keelson@${prefix}.15:/srv/etcd`);
  await stack.succeed("up");
  expect(masters.map((machine) => on(machine).unitStarts())).toEqual(before);
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("one is made now, verified, told by status, and its password is nowhere in clear", async () => {
  write("before");
  const began = Date.now();
  await stack.succeed("backup");
  figure("a backup now, over SFTP, with its verification", seconds(began));
  const said = on("master-1").run("cat /var/lib/keelson/backup/newest /var/lib/keelson/backup/verified");
  expect(said).toMatch(/^\d{10} [0-9a-f]{64} \d+ \d+\n\d{10}$/);
  const { output } = await stack.succeed("status");
  expect(output).toMatch(
    /etcd was backed up at \S+ \([0-9a-f]{8}, revision \d+, \d+ keys of Kubernetes\); a backup was restored/,
  );
  for (const machine of masters) {
    expect(
      on(machine).run(`grep -rlF '${canary}' /var/log /etc/systemd /var/lib/keelson /run/systemd 2>/dev/null || true`),
    ).toBe("");
    expect(on(machine).run("stat -c %a /etc/etcd/backup/environment /etc/etcd/backup/key")).toBe("600\n600");
  }
  expect(stack.state()).not.toContain(canary);
});

test("two of three members are wiped: etcd is set back, and what was written since is gone", async () => {
  await stack.succeed("backup");
  const then = objects();
  write("after");
  backedUp({ generation: 1 });
  const preview = await stack.succeed("preview");
  expect(preview.output).toMatch(
    /etcd is set back to the newest backup, of \S+ \S+ UTC \([0-9a-f]{8}, revision \d+, \d+ keys of Kubernetes\); what was written since is lost/,
  );
  ["master-2", "master-3"].forEach(wipe);
  const began = Date.now();
  await stack.succeed("up");
  figure("2 of 3 members restored, by up", seconds(began));
  expect(objects()).toBe(then);
  expect([has("before"), has("after")]).toEqual([true, false]);
  expect(
    on("master-2")
      .etcdMembers()
      .map(({ name, learner }) => `${name} ${learner}`)
      .sort(),
  ).toEqual(masters.map((machine) => `${machine} false`));
  write("later");
  await within(
    60,
    () =>
      on("master-3")
        .kubectl("get nodes")
        .match(/ Ready /g)?.length === 4,
  );
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
  expect(has("later")).toBe(true);
});

test("all three are wiped, and the run that restores is killed while the API is away: the next one ends it", async () => {
  await stack.succeed("backup");
  const then = objects();
  masters.forEach(wipe);
  backedUp({ generation: 2 });
  const run = stack.start("up");
  await within(300, () => on("master-1").attempt("[ -e /var/lib/keelson/restore/kube-apiserver.yaml ]").status === 0);
  await killed(run);
  const began = Date.now();
  await stack.succeed("up");
  figure("3 of 3 members restored, by the run after one that was killed", seconds(began));
  expect(objects()).toBe(then);
  expect(has("later")).toBe(true);
  for (const machine of masters) {
    expect(on(machine).run("ls /var/lib/etcd | sort")).toMatch(/member/);
    expect(on(machine).run("cat /var/lib/keelson/restore/resume")).toBe("2");
  }
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("one flipped byte is found by the verification, and told by preview, status and an Event", async () => {
  store.run(`pack=$(find /srv/etcd/data -type f -printf '%s %p\\n' | sort -n | tail -n 1 | cut -d ' ' -f 2)
    chmod u+w "$pack"; printf 'X' | dd of="$pack" bs=1 seek=1000 conv=notrunc status=none`);
  const { status, stderr } = on("master-1").attempt("bash /usr/local/lib/keelson/etcd-backup verify");
  expect(status).toBe(1);
  expect(stderr).toMatch(/error: .*(damaged|cannot be read)/);
  expect((await stack.succeed("status")).output).toMatch(
    /master-1: the backup of etcd failed at .*(damaged|cannot be read)/,
  );
  expect((await stack.succeed("preview")).output).toMatch(/master-1: the backup of etcd failed at/);
  expect(on("master-1").kubectl("get events --field-selector reason=EtcdBackupFailed -o name")).toContain("event/");
});

test("without the line nothing of it is left on machines, and backups stay", async () => {
  stack.change({ machines: cluster(), etcd: {} });
  await stack.succeed("up");
  for (const machine of masters) {
    expect(
      on(machine).run(
        "ls /etc/etcd/backup /usr/local/lib/keelson/etcd-backup /etc/systemd/system/keelson-etcd-backup.timer 2>/dev/null || true",
      ),
    ).toBe("");
    expect(on(machine).attempt("command -v restic").status).not.toBe(0);
  }
  expect(here("docker", "exec", `keelson-${name}-store`, "ls", "/srv/etcd")).toContain("snapshots");
});
