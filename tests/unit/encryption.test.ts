import { writerOf } from "../../components/encryption/settings";
import { hardened } from "../../components/master/security";
import { consequences } from "../../components/plan/consequences";
import { refusals } from "../../components/plan/refusals";
import type { Topology } from "../../components/plan/topology";
import { kubernetes, local, problems, type Raw } from "./config.fixture";
import { masters, topology } from "./plan.fixture";
import { environment } from "./render.fixture";

const of = (generation: number, provider: "secretbox" | "identity" = "secretbox", names = "abc"): Topology => ({
  ...topology(masters(names)),
  encryption: { provider, generation },
  encrypts: false,
});
const earlier = { ...topology(masters("abc")), encrypts: false };
const own = { ...topology(masters("abc")), encrypts: true };
const told = (before: Topology, after: Topology) =>
  consequences(before, after, 120).flatMap(({ subject, text }) => (subject === "Secrets" ? [text] : []));

describe("a change of the key of Secrets", () => {
  test("is told in words: what is written again, and what restarts", () => {
    expect(told(of(1), of(1))).toEqual([]);
    expect(told(earlier, of(1))).toEqual([
      "are encrypted in etcd with the key 1, which the state has: all are written again. " +
        "Each API server restarts once for its flag, one master after the other. A backup of before is as etcd was then",
    ]);
    expect(told(earlier, of(1, "identity"))).toEqual([
      "stay as they are in etcd. Each API server restarts once for its flag, one master after the other",
    ]);
    const noRestart =
      "No API server restarts: each reads its file again within a minute. A backup of before is as etcd was then";
    expect(told(of(1), of(2))).toEqual([
      `are encrypted in etcd with the key 2 in place of 1: all are written again, then the servers forget 1, and the state keeps it for backups. ${noRestart}`,
    ]);
    expect(told(of(2), of(2, "identity"))).toEqual([
      `are decrypted in etcd: all are written again without the key 2. ${noRestart}`,
    ]);
    expect(told(own, own)).toEqual([]);
    expect(told(topology([]), of(1))).toEqual([]);
  });
  test("is refused where the state would lose a key", () => {
    expect(refusals(of(2), of(1))).toEqual([
      "kubernetes.security.encryption.generation is 2 and cannot become 1: the state would lose a key, and Secrets or backups may be by it. " +
        "The way: leave it, or use the next number, 3",
    ]);
    expect(refusals(of(2), of(1, "identity"))).toHaveLength(1);
  });
  test("counts keys, one by one", () => {
    expect(refusals(of(1), of(2))).toEqual([]);
    expect(refusals(of(1), of(2026))).toEqual([
      "kubernetes.security.encryption.generation is 1 and cannot become 2026: it counts keys, and is kept for good. The way: use the next number, 2",
    ]);
  });
  test("is refused where a master leaves, which knows no other key until it is gone", () => {
    expect(refusals(of(1), of(2, "secretbox", "ab"))).toEqual([
      "kubernetes.security.encryption would change, and c would leave, in the same change. The safe order: one of them, and run up; then the other",
    ]);
    expect(refusals(earlier, of(1, "secretbox", "ab"))).toHaveLength(1);
    expect(refusals(of(1), of(1, "secretbox", "ab"))).toEqual([]);
    expect(refusals(of(1, "identity"), of(2, "identity", "ab"))).toEqual([]);
    expect(refusals(of(1), of(2, "secretbox", "abcd"))).toEqual([]);
  });
  test("is no file of the stack's own before Secrets are decrypted", () => {
    expect(refusals(of(1), own)).toEqual([
      "kubernetes.apiServer.extraArgs.encryption-provider-config would take the place of kubernetes.security.encryption, and the API could not read the Secrets that are encrypted. " +
        "The safe order: 1. set kubernetes.security.encryption.provider to identity, and run up; 2. set the flag, and run up",
    ]);
    expect(refusals(of(1, "identity"), own)).toEqual([]);
  });
});

describe("API servers", () => {
  const server = (kubernetes: object) => hardened(environment({ kubernetes })).apiServer;
  test("see the directory, whatever the file says, so that another key is no other setting", () => {
    const [one, other] = [{}, { security: { encryption: { generation: 2, provider: "identity" } } }].map(server);
    expect(one).toEqual(other);
    expect(one?.extraArgs).toMatchObject({
      "encryption-provider-config": "/etc/kubernetes/keelson-encryption/providers.yaml",
      "encryption-provider-config-automatic-reload": "true",
    });
    expect(one?.files.some(({ path }) => path.includes("encryption"))).toBe(false);
  });
  test("have the stack's own file where it gives one, and nothing of ours", () => {
    const extraArgs = { "encryption-provider-config": "/etc/kubernetes/pki/own.yaml" };
    const { extraArgs: args, extraVolumes } = server({ apiServer: { extraArgs } });
    expect(args["encryption-provider-config"]).toBe("/etc/kubernetes/pki/own.yaml");
    expect(args).not.toHaveProperty("encryption-provider-config-automatic-reload");
    expect(extraVolumes.map(({ name }) => name)).not.toContain("keelson-encryption");
    expect(writerOf(environment({ kubernetes: { apiServer: { extraArgs } } }))).toBe("");
  });
});

describe("flags with which a key could not take another's place", () => {
  const servers = (extraArgs: Raw) => kubernetes({ apiServer: { extraArgs } });
  const at = "kubernetes.apiServer.extraArgs";
  const metric = "apiserver_encryption_config_controller_last_config_info";
  const silence = `by this metric a server tells which keys of Secrets it has loaded, and no key takes another's place without that: leave ${metric} out`;
  const gateway = local({ etcd: { extraArgs: { "enable-grpc-gateway": false } } });
  test.each<[string, Raw, string]>([
    [
      "a file that is read once",
      servers({ "encryption-provider-config-automatic-reload": false }),
      `${at}.encryption-provider-config-automatic-reload: "false": servers would read the keys of Secrets once, and another key would never reach them: leave it out`,
    ],
    [
      "Secrets in another etcd",
      servers({ "etcd-servers-overrides": "/events#https://192.0.2.1:2379,/secrets#https://192.0.2.2:2379" }),
      `${at}.etcd-servers-overrides: "/events#https://192.0.2.1:2379,/secrets#https://192.0.2.2:2379": Secrets would lie where they are not written again by another key, and nobody could read them after that: leave "/secrets#" out`,
    ],
    [
      "servers that do not tell",
      servers({ "disabled-metrics": ["x", metric] }),
      `${at}.disabled-metrics: "${metric}": ${silence}`,
    ],
    [
      "servers that do not tell which",
      servers({ "allow-metric-labels": `${metric},hash=x` }),
      `${at}.allow-metric-labels: "${metric},hash=x": ${silence}`,
    ],
    [
      "etcd without its gateway",
      gateway,
      'etcd.extraArgs.enable-grpc-gateway: "false": masters ask etcd by its gateway which key each Secret is by: leave it out, or set kubernetes.apiServer.extraArgs.encryption-provider-config to a file of your own',
    ],
  ])("%s", (_, raw, line) => expect(problems(raw)).toEqual([line]));

  test("are the stack's own matter where it gives the servers its own file", () => {
    const path = "/etc/kubernetes/keelson/own.yaml";
    const extraArgs = {
      "encryption-provider-config": path,
      "encryption-provider-config-automatic-reload": false,
      "etcd-servers-overrides": "/secrets#https://192.0.2.2:2379",
    };
    const own = kubernetes({ apiServer: { extraArgs, files: [{ path, content: "x" }] } });
    expect(problems({ ...own, etcd: { extraArgs: { "enable-grpc-gateway": false } } })).toEqual([]);
    expect(problems(servers({ "etcd-servers-overrides": "/events#https://192.0.2.1:2379" }))).toEqual([]);
  });
});
