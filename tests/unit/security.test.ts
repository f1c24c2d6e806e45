import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { etcdUnit } from "../../components/etcd/render";
import { kubeletConfiguration } from "../../components/kubelet/render";
import { hardened, trustsSigned, writesAuditLog } from "../../components/master/security";
import { checksWith, findingsIn, runsFor } from "../../toolchain/benchmark/findings";
import { linesOf, pageOf } from "../../toolchain/benchmark/page";
import type { Raw } from "./config.fixture";
import { environment, machineOf } from "./render.fixture";

const server = (kubernetes: Raw = {}) => hardened(environment({ kubernetes })).apiServer;
const args = (extraArgs: Raw) => server({ apiServer: { extraArgs } }).extraArgs;
const fileOf = (kubernetes: Raw, name: string) => {
  const content = server(kubernetes).files.find(({ path }) => path.endsWith(`/default-${name}.yaml`))?.content;
  return content === undefined ? undefined : (parse(content) as Record<string, unknown>);
};

describe("API servers", () => {
  test("are given what the stack says nothing of", () => {
    expect(server().extraArgs).toMatchObject({
      ...{ profiling: "false", "service-account-extend-token-expiration": "false", "tls-min-version": "VersionTLS12" },
      "kubelet-certificate-authority": "/etc/kubernetes/pki/ca.crt",
      "audit-log-path": "/var/log/kubernetes/audit/audit.log",
      "enable-admission-plugins": "NodeRestriction,EventRateLimit",
    });
    expect(server().extraVolumes.map(({ mountPath }) => mountPath)).toEqual([
      "/var/log/kubernetes/audit",
      "/etc/kubernetes/keelson-encryption",
    ]);
  });
  test("keep what the stack says", () => {
    expect(args({ profiling: true, "audit-log-maxage": "90" })).toMatchObject({
      ...{ profiling: "true", "audit-log-maxage": "90", "audit-log-maxsize": "100" },
    });
    const own = server({ apiServer: { extraArgs: { "audit-log-path": "-" } } });
    expect([own.extraArgs["audit-log-path"], own.extraVolumes.map(({ name }) => name)]).toEqual([
      "-",
      ["keelson-encryption"],
    ]);
    expect(server({ security: { audit: false } }).extraArgs).not.toHaveProperty("audit-policy-file");
    expect(writesAuditLog(environment())).toBe(true);
    expect(writesAuditLog(environment({ kubernetes: { apiServer: { extraArgs: { "audit-log-path": "-" } } } }))).toBe(
      false,
    );
  });
  test("lose NodeRestriction to no plugin that is asked for, but to whoever turns it off", () => {
    const plugins = (extraArgs: Raw) => args(extraArgs)["enable-admission-plugins"];
    expect(plugins({ "enable-admission-plugins": "DenyServiceExternalIPs, NodeRestriction" })).toBe(
      "NodeRestriction,EventRateLimit,DenyServiceExternalIPs",
    );
    expect(plugins({ "enable-admission-plugins": ["A", "B"], "disable-admission-plugins": "NodeRestriction" })).toBe(
      "EventRateLimit,A,B",
    );
    expect(server({ security: { eventRateLimit: 0 } }).extraArgs["enable-admission-plugins"]).toBe("NodeRestriction");
  });
  test("take no file about who is who beside flags that say it", () => {
    expect(fileOf({}, "authentication")).toMatchObject({ anonymous: { enabled: true } });
    for (const flag of [{ "oidc-issuer-url": "https://id.example.com" }, { "anonymous-auth": "true" }]) {
      const own = { apiServer: { extraArgs: flag } };
      expect(fileOf(own, "authentication")).toBeUndefined();
      expect(server(own).extraArgs).not.toHaveProperty("authentication-config");
    }
  });
  test("hold pods to what the stack says", () => {
    const security = { podSecurity: { enforce: "restricted", exemptNamespaces: ["default", "storage"] } };
    expect(JSON.stringify(fileOf({ security }, "admission"))).toContain('"enforce":"restricted"');
    expect(JSON.stringify(fileOf({ security }, "admission"))).toContain(
      '["kube-system","kube-flannel","default","storage"]',
    );
  });
});

describe("kubelets", () => {
  const kubelet = (configuration: Raw) => {
    const env = environment({ kubernetes: { kubelet: { configuration } } });
    return { env, file: parse(kubeletConfiguration(env, machineOf(env, 1))) as Record<string, unknown> };
  };
  test("serve with certificates of the cluster's authority, where the stack says nothing else", () => {
    expect(kubelet({}).file).toMatchObject({ serverTLSBootstrap: true, seccompDefault: true, podPidsLimit: 4096 });
    const off = kubelet({ serverTLSBootstrap: false, podPidsLimit: 100 });
    expect(off.file).toMatchObject({ serverTLSBootstrap: false, podPidsLimit: 100 });
    expect(trustsSigned(off.env)).toBe(false);
    expect(hardened(off.env).apiServer.extraArgs).not.toHaveProperty("kubelet-certificate-authority");
    const own = kubelet({ tlsCertFile: "/etc/k.crt", tlsPrivateKeyFile: "/etc/k.key" });
    expect(own.file).not.toHaveProperty("serverTLSBootstrap");
  });
});

describe("a member of etcd", () => {
  const unit = (etcd: Raw) => {
    const env = environment({ etcd });
    return etcdUnit(machineOf(env, 0), env.etcd).content;
  };
  test("is a user's of its own, with a sandbox around it", () => {
    expect(unit({})).toMatch(
      /User=etcd\n[^]*ReadWritePaths=\/var\/lib\/etcd\n[^]*ProtectSystem=strict\nProtectHome=yes\n/,
    );
    expect(unit({ dataDir: "/home/e/etcd", extraArgs: { "wal-dir": "/home/e/etcd/wal" } })).toMatch(
      /ReadWritePaths=\/home\/e\/etcd\n(?![^]*ProtectHome)/,
    );
    expect(unit({ clientPort: 379 })).toContain("AmbientCapabilities=CAP_NET_BIND_SERVICE");
    expect(unit({ user: "root" })).not.toMatch(/User=|Protect/);
  });
  test("speaks TLS 1.2 with sound suites, or TLS 1.3", () => {
    expect(unit({})).toMatch(/--tls-min-version=TLS1\.2[^]*--cipher-suites=TLS_ECDHE/);
    expect(unit({ extraArgs: { "tls-min-version": "TLS1.3" } })).not.toContain("--cipher-suites");
  });
  test("writes no log of its own as that user", () => {
    expect(() => environment({ etcd: { extraArgs: { "log-outputs": "/var/log/etcd.log" } } })).toThrow(/etcd\.user/);
    expect(() =>
      environment({ etcd: { user: "root", extraArgs: { "log-outputs": "/var/log/etcd.log" } } }),
    ).not.toThrow();
  });
});

describe("the benchmark", () => {
  test("asks each machine what it is", () => {
    expect(runsFor(["worker"])).toEqual([["--targets", "node"]]);
    expect(runsFor(["etcd"])).toEqual([
      ["--targets", "etcd"],
      ["--targets", "master", "--check", "1.1.11,1.1.12"],
    ]);
    expect(runsFor(["master"])[0]?.at(-1)).toBe("1.1.7,1.1.8,1.1.11,1.1.12");
  });
  test("tells what fails, by number and machine", () => {
    const result = (test_number: string, status: string) => ({ test_number, test_desc: "It is so", status });
    const results = [result("1.2.10", "FAIL"), result("1.2.9", "FAIL"), result("1.1.1", "PASS"), result("4.1", "INFO")];
    const found = findingsIn("m", JSON.stringify({ Controls: [{ tests: [{ results }] }] }));
    expect(checksWith(found, "FAIL").map(({ check }) => check)).toEqual(["1.2.9", "1.2.10"]);
    expect(linesOf(found, { machines: [{ name: "m", roles: [] }] })).toBe(
      "m: 1 PASS, 2 FAIL, 0 WARN\nFAIL 1.2.9 It is so: m\nFAIL 1.2.10 It is so: m\n",
    );
  });
  test("has a page with every result, and an answer to each check that it warns of", () => {
    const machines = ["a", "b"].map((name) => ({ name, roles: ["worker"] }));
    const found = [{ machine: "b", check: "4.1.1", text: "It is so", result: "PASS" as const }];
    const told = { date: "2026-01-01", commit: "c", kubernetes: "1.36.3", runtime: "docker", machines };
    expect(pageOf(found, told)).toContain(
      "| Check | What it asks | a | b |\n| --- | --- | --- | --- |\n| 4.1.1 | It is so |  | PASS |",
    );
    const [warned, answered] = ["cis", "security"].map((name) =>
      readFileSync(join(__dirname, `../../docs/${name}.md`), "utf8"),
    );
    const warnings = warned?.split(/^## /m).find((part) => part.startsWith("WARN")) ?? "";
    const checks = [...warnings.matchAll(/^\| (\d[\d.]*) /gm)].map(([, check]) => check);
    const answers = [...(answered ?? "").matchAll(/^\| (\d[\d., ]*\d) +\| \S/gm)].flatMap(([, numbers = ""]) =>
      numbers.split(", "),
    );
    expect(checks.length).toBeGreaterThan(5);
    expect(checks.filter((check) => !answers.includes(check ?? ""))).toEqual([]);
  });
});
