import { readFileSync } from "node:fs";
import { join } from "node:path";

import { asking } from "../support/asking";
import { TestMachine } from "../support/machine";
import { dockerObjects, here, killed, root, TestStack, within } from "../support/stack";

// Certificates that end within minutes: what becomes of those of a year is seen while one waits.
const name = "e2e-certificates";
const masters = [1, 2, 3].map((number) => ({
  name: `master-${number}`,
  roles: ["master", "etcd"],
  address: `172.31.229.${10 + number}`,
}));
const certificates = (validity: string, renewBefore: string, more: object = {}) => ({
  certificates: { validity, renewBefore, timer: false, ...more },
});
/** Once it is there it stays: a lower one is refused. */
const administrator = { administrator: 2 };
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.229.0/24" },
  machines: [...masters, { name: "worker-1", roles: ["worker"], address: "172.31.229.21" }],
  workloads: { nginx: { replicas: 1 } },
  // What is valid for an hour more than is asked for is not renewed for that: clocks may have been set back.
  ...certificates("180m", "171m"),
});
const container = (machine: string) => `keelson-${name}-${machine}`;
const on = (machine: string) => new TestMachine(container(machine));
const urls = ["172.31.229.10", ...masters.map(({ address }) => address)].map((address) => `https://${address}:6443`);

// Two of them wait until certificates end.
jest.setTimeout(1_500_000);
afterAll(() => stack.remove());

const seconds = (date: string) => Math.floor(Date.parse(date) / 1000);
const now = () => Math.floor(Date.now() / 1000);

/** The administrator's kubeconfig, as the stack emits it. */
async function kubeconfig(): Promise<string> {
  await stack.succeed("kubeconfig");
  return readFileSync(join(root, ".keelson", name, "kubeconfig"), "utf8");
}

/** Process ids of a master's programs, by their names. */
const processes = (machine: string, ...programs: readonly string[]) =>
  on(machine).run(`for program in ${programs.join(" ")}; do echo $program $(pgrep -xo "\${program:0:15}"); done`);
const untouched = (machine: string) =>
  processes(machine, "etcd", "kube-apiserver", "kubelet", "dockerd", "cri-dockerd");
const renewed = (machine: string) => processes(machine, "kube-controller-manager", "kube-scheduler").split("\n");

/** The ends of all certificates of a master, seconds since 1970, the first first. */
const ends = (machine: string) =>
  on(machine)
    .run(
      `cd /etc/kubernetes
      { for file in pki/apiserver*.crt pki/front-proxy-client.crt /etc/etcd/pki/etcd/{server,peer,healthcheck-client}.crt; do openssl x509 -in $file -noout -enddate; done
      for file in admin controller-manager scheduler; do sed -n 's/^ *client-certificate-data: //p' $file.conf | base64 -d | openssl x509 -noout -enddate; done; } | cut -d = -f 2`,
    )
    .split("\n")
    .map(seconds)
    .sort();

/** From the next boot on, the certificate by which a master's kubelet is known has ended, as that of a machine that was off for long. */
const endKubelet = (machine: string) =>
  on(machine).run(
    `cd /var/lib/kubelet/pki
    authority=/etc/kubernetes/pki/ca current=kubelet-client-current.pem ended=kubelet-client-ended.pem
    openssl x509 -x509toreq -in $current -signkey $current | openssl x509 -req -CA $authority.crt -CAkey $authority.key -set_serial 1 -days -1 -out $ended
    openssl pkey -in $current >>$ended && chmod 0600 $ended && ln -sfn "$PWD/$ended" $current`,
  );

/** What a run that was killed must not leave. */
const left = (machine: string) =>
  on(machine).run(
    "ls -d /etc/kubernetes/pki/new /etc/etcd/pki/new /run/keelson/*authority* 2>/dev/null | grep -v '[.]lock$' || true",
  );

test("a cluster is built whose certificates are to be renewed after nine minutes", async () => {
  await stack.succeed("up");
  for (const { name } of masters) expect(ends(name)).toHaveLength(10);
});

test("an epoch later, a preview says so, and the next up renews all of them while every request is answered", async () => {
  const began = seconds(
    on("master-1").run("openssl x509 -in /etc/etcd/pki/etcd/ca.crt -noout -startdate | cut -d = -f 2"),
  );
  await within(600, () => now() > began + 9 * 60 + 2);
  const { output } = await stack.succeed("preview");
  expect(output).toMatch(
    /those of 3 masters and 3 members of etcd end in \d+ (minutes|hours): renewed one master at a time; only controller manager and scheduler restart/,
  );
  const before = masters.map(({ name }) => ({
    untouched: untouched(name),
    renewed: renewed(name),
    ends: ends(name),
  }));
  const client = asking(await kubeconfig(), urls);
  await stack.succeed("up");
  const { answered, failures } = await client.end();
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(100);
  for (const [index, { name }] of masters.entries()) {
    const was = before[index];
    expect(untouched(name)).toBe(was?.untouched);
    expect(renewed(name).filter((line) => was?.renewed.includes(line))).toEqual([]);
    expect(Math.min(...ends(name))).toBeGreaterThan(Math.max(...(was?.ends ?? [])));
  }
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("a run that is killed while it renews is gone on with by the next", async () => {
  stack.change(certificates("6m", "3m"));
  const run = stack.start("up");
  await within(240, () => Math.min(...ends("master-1")) < now() + 7 * 60);
  await killed(run);
  await stack.succeed("up");
  for (const { name } of masters) {
    expect(Math.max(...ends(name))).toBeLessThan(now() + 7 * 60);
    expect(left(name)).toBe("");
  }
});

test("a cluster whose certificates have all ended, and whose masters were rebooted since, is brought back by up", async () => {
  const last = Math.max(...masters.flatMap(({ name }) => ends(name)));
  const old = await kubeconfig();
  await within(600, () => now() > last + 5);
  // Kubelets have theirs from a time when all were to hold longer.
  for (const { name } of masters) endKubelet(name);
  for (const { name } of masters) here("docker", "restart", container(name));
  await within(60, () => on("master-3").attempt("systemctl is-active docker").status === 0);
  const before = asking(old, urls);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  expect((await before.end()).answered).toBe(0);
  stack.change(certificates("12h", "6h"));
  const { output } = await stack.succeed("preview");
  expect(output).toMatch(/3 members of etcd ended \d+ minutes ago/);
  expect(output).toContain("kubelet-client-current.pem has ended: another is issued");
  await stack.succeed("up");
  const client = asking(await kubeconfig(), urls);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const { answered, failures } = await client.end();
  expect({ failures, some: answered > 10 }).toEqual({ failures: [], some: true });
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("an administrator's kubeconfig that is taken back has no rights any more, and nothing in the cluster is replaced", async () => {
  const old = await kubeconfig();
  stack.change(certificates("12h", "6h", administrator));
  const { output } = await stack.succeed("up");
  expect(output).not.toMatch(/replaced|removed/);
  const [before, after] = [asking(old, urls), asking(await kubeconfig(), urls)];
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect((await before.end()).answered).toBe(0);
  expect((await after.end()).answered).toBeGreaterThan(10);
});

test("what nobody renews, a master's timer does in time, and it says what only up can renew", async () => {
  stack.change(certificates("8m", "6m", { ...administrator, timer: true }));
  await stack.succeed("up");
  const before = { ends: ends("master-1"), untouched: untouched("master-1"), renewed: renewed("master-1") };
  expect(on("master-1").run("systemctl is-active keelson-certificates.timer")).toBe("active");
  // It renews what ends within a third of renewBefore.
  await within(480, () => Math.min(...before.ends) < now() + 100);
  const others = ends("master-2");
  on("master-1").run("systemctl start keelson-certificates.service");
  const renewedEnds = ends("master-1").filter((end) => !before.ends.includes(end));
  expect(renewedEnds).toHaveLength(6);
  expect(Math.min(...renewedEnds)).toBeGreaterThan(Math.max(...before.ends));
  expect(untouched("master-1")).toBe(before.untouched);
  expect(renewed("master-1").filter((line) => before.renewed.includes(line))).toEqual([]);
  expect(on("master-1").run("journalctl --no-pager -u keelson-certificates.service")).toMatch(
    /apiserver-etcd-client\.crt of master-1 ends on \S+, and only pulumi up can renew it/,
  );
  expect(ends("master-2")).toEqual(others);
  stack.change(certificates("12h", "6h", administrator));
  await stack.succeed("up");
  expect(on("master-1").attempt("systemctl cat keelson-certificates.timer").status).not.toBe(0);
  expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
});

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
});
