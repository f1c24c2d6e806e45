import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";

import type { Finding } from "../../cli/doctor/findings";
import { secretsOf } from "../../cli/support/redaction";
import { TestMachine } from "../support/machine";
import { here, TestStack, within } from "../support/stack";

const name = "e2e-doctor";
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.213.0/24" },
  machines: [{ name: "master-1", roles: ["master", "etcd"] }, { name: "worker-1" }, { name: "worker-2" }],
});
const project = join(__dirname, "../..");
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const kubectl = (args: string) => on("master-1").kubectl(args);
const manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";

afterAll(() => stack.remove());

/** What the doctor finds not to be well, and how it ended. */
async function examined(): Promise<{
  readonly status: number | null;
  readonly wrong: readonly Finding[];
  readonly seconds: number;
}> {
  const began = Date.now();
  const { status, output } = await stack.run("doctor", "--output", "json");
  const seconds = (Date.now() - began) / 1000;
  const { findings } = JSON.parse(output.slice(output.indexOf("{\n"))) as { readonly findings: readonly Finding[] };
  return { status, wrong: findings.filter(({ state }) => state !== "well"), seconds };
}
const lines = (found: readonly Finding[]) =>
  found.map(({ check, subject, component = "", words }) => [check, subject, component, words].join(" | "));

describe("a cluster that is well", () => {
  test("is found well, by every check", async () => {
    await stack.succeed("up");
    // An up is over before the last pod of CoreDNS is ready.
    kubectl("wait pods --all --for=condition=Ready -n kube-system --timeout=60s");
    const { status, output } = await stack.run("doctor");
    expect(output).toContain(`stack ${name} is well`);
    expect(status).toBe(0);
    expect(output).toMatch(/\+ network +names resolve; 6 pairs of nodes/);
    expect(await examined()).toMatchObject({ status: 0, wrong: [] });
  });
});

describe("what a maintainer needs", () => {
  const collected = () => {
    const directory = join(project, ".keelson", "support");
    const names = existsSync(directory) ? readdirSync(directory).filter((file) => file.startsWith(`${name}-`)) : [];
    return names.map((file) => join(directory, file));
  };
  beforeAll(() => collected().forEach((file) => rmSync(file)));
  afterAll(() => collected().forEach((file) => rmSync(file)));

  test("is in one file, and no secret is, though they stand in files and logs on the machines", async () => {
    // Not as a run of the stack, whose words are kept in a log.
    const exported = here("pulumi", "stack", "export", "--show-secrets", "--stack", name);
    const secrets = secretsOf(JSON.parse(exported));
    const key = Buffer.from(on("master-1").run("cat /etc/kubernetes/pki/ca.key"));
    const lines = key
      .toString()
      .split("\n")
      .filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
    const base64 = key.toString("base64");
    expect(secrets.length).toBeGreaterThan(10);
    expect(lines.length).toBeGreaterThan(3);
    const config = "/etc/keelson/api-proxy.cfg";
    on("master-1").run(
      `cp -p ${config} /root/kept.cfg; sed 's/^/# /' /etc/kubernetes/pki/ca.key >>${config}; echo '# ${base64}' >>${config}`,
    );
    on("master-1").run(`systemd-run --quiet --unit keelson-canary --remain-after-exit cat /etc/kubernetes/pki/ca.key`);
    const { status, output } = await stack.run("support");
    on("master-1").run(`cp -p /root/kept.cfg ${config}`);
    expect(status).toBe(0);
    const [file = "", ...others] = collected();
    expect(others).toEqual([]);
    expect(output).toContain(relative(project, file));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const all = here("tar", "-xzOf", file);
    expect(here("tar", "-xzOf", file, "--wildcards", "*/machines/master-1/files/etc/keelson/api-proxy.cfg")).toContain(
      "# [secret]",
    );
    for (const secret of [...lines, base64, ...(base64.match(/.{1,64}/g) ?? []).slice(0, -1)]) {
      expect(all).not.toContain(secret);
    }
    for (const pem of secrets.join("\n").matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----\n([^-]*)/g)) {
      for (const line of (pem[1] ?? "").split("\n").filter(({ length }) => length > 20)) {
        expect(all).not.toContain(line);
      }
    }
    expect(all).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY/);
    const names = here("tar", "-tzf", file);
    for (const part of [
      "doctor.json",
      `Pulumi.${name}.yaml`,
      "state.txt",
      "cluster/pods.json",
      "machines/master-1/units/etcd.service.txt",
      "machines/master-1/pods/kube-system_kube-apiserver-master-1.kube-apiserver.log",
      "machines/master-1/files/etc/kubernetes/manifests/kube-apiserver.yaml",
      "machines/worker-1/network.txt",
      "machines/worker-1/firewall.txt",
      "machines/worker-2/records.txt",
    ]) {
      expect(names).toContain(`/${part}`);
    }
    expect(all).toContain("--authorization-mode=Node,RBAC");
    expect(all).toContain("ExecStart=/usr/local/bin/kubelet");
  });
});

describe("what is not well is named, with its machine and what to do", () => {
  test("a node that was cordoned, a file that was changed, a clock", async () => {
    kubectl("cordon worker-2");
    kubectl("taint node worker-1 somebody=else:PreferNoSchedule");
    on("worker-1").run("echo '# by hand' >>/etc/keelson/api-proxy.cfg");
    const { status, wrong } = await examined();
    kubectl("uncordon worker-2");
    kubectl("taint node worker-1 somebody-");
    on("worker-1").run("sed -i '$d' /etc/keelson/api-proxy.cfg");
    expect(status).toBe(1);
    expect(lines(wrong)).toEqual([
      expect.stringContaining("drift | worker-1 | worker-1-proxy | /etc/keelson/api-proxy.cfg was changed by hand"),
      expect.stringContaining("nodes | worker-1 |  | has the taint somebody:PreferNoSchedule"),
      expect.stringContaining("nodes | worker-2 |  | is cordoned"),
    ]);
    expect((await examined()).status).toBe(0);
  });

  test("packets of pods that are dropped between two machines, and those that are too large only", async () => {
    const rule = (action: string, what: string) =>
      on("worker-2").run(`iptables -w ${action} INPUT -p udp --dport 8472 -s 172.31.213.12 ${what} -j DROP`);
    rule("-I", "");
    const dropped = await examined();
    rule("-D", "");
    rule("-I", "-m length --length 1200:");
    const large = await examined();
    rule("-D", "-m length --length 1200:");
    const between = (found: readonly Finding[]) => found.filter(({ component }) => component === "pod network");
    expect(dropped.status).toBe(1);
    expect(lines(between(dropped.wrong)).sort()).toEqual([
      expect.stringMatching(
        /^network \| worker-1 \| pod network \| packets of its pods do not reach those of worker-2/,
      ),
      expect.stringMatching(
        /^network \| worker-2 \| pod network \| packets of its pods do not reach those of worker-1/,
      ),
    ]);
    expect(lines(between(large.wrong))[0]).toMatch(/packets of 1450 bytes \(small ones pass: see the MTU/);
  });

  test("a program that fails again and again, with its own last line", async () => {
    on("worker-1").run("cp /usr/local/bin/kubelet /tmp/kubelet.kept; systemctl stop kubelet");
    on("worker-1").run("mkdir -p /run/systemd/system/kubelet.service.d");
    on("worker-1").run(
      "printf '[Service]\\nExecStart=\\nExecStart=/usr/local/bin/kubelet --no-such-flag\\n' >/run/systemd/system/kubelet.service.d/x.conf; systemctl daemon-reload; systemctl start kubelet || true",
    );
    await within(30, () => on("worker-1").run("systemctl show -p NRestarts --value kubelet") !== "0");
    const { status, wrong } = await examined();
    on("worker-1").run(
      "rm -r /run/systemd/system/kubelet.service.d; systemctl daemon-reload; systemctl restart kubelet",
    );
    expect(status).toBe(1);
    expect(wrong.find(({ check }) => check === "units")).toMatchObject({
      subject: "worker-1",
      component: "kubelet.service",
      said: expect.stringContaining("unknown flag: --no-such-flag") as string,
    });
    await within(60, () => /worker-1 +Ready/.test(kubectl("get nodes")));
  });
});

describe("an API that is dead", () => {
  test("does not make it hang: it says what it could not ask, and the API server's own reason", async () => {
    on("master-1").run(
      `cp ${manifest} /root/kept.yaml; sed -i 's/- --authorization-mode/- --no-such-flag=1\\n    &/' ${manifest}`,
    );
    await within(60, () => on("master-1").attempt("curl -sk --max-time 2 https://127.0.0.1:6443/readyz").status !== 0);
    await within(
      60,
      () =>
        on("master-1").attempt("grep -l no-such-flag /var/log/pods/kube-system_kube-apiserver-*/*/*.log").status === 0,
    );
    const { status, wrong, seconds } = await examined();
    expect(status).toBe(3);
    expect(seconds).toBeLessThan(45);
    const server = wrong.find(({ component }) => component === "kube-apiserver");
    expect(server).toMatchObject({
      subject: "master-1",
      said: expect.stringContaining("unknown flag: --no-such-flag") as string,
    });
    expect(wrong.filter(({ state }) => state === "unknown").map(({ check }) => check)).toEqual([
      "nodes",
      "pods",
      "network",
    ]);
  });

  test("is no reason to forget what is in a cluster whose machines answer", async () => {
    stack.change({ workloads: { nginx: { replicas: 2 } }, survey: "off" });
    const { status, output } = await stack.run("up");
    expect(status).not.toBe(0);
    expect(output).not.toContain("PULUMI_K8S_DELETE_UNREACHABLE");
    on("master-1").run(`cp /root/kept.yaml ${manifest}`);
    await within(
      120,
      () => on("master-1").attempt("curl -skf --max-time 2 https://127.0.0.1:6443/readyz").status === 0,
    );
  });
});

describe("a machine that is down", () => {
  test("is told as one that does not answer", async () => {
    here("docker", "stop", "--time", "1", `keelson-${name}-worker-2`);
    const { status, wrong } = await examined();
    expect(status).toBe(3);
    expect(wrong.find(({ check }) => check === "machines")).toMatchObject({ subject: "worker-2", state: "wrong" });
  });
});
