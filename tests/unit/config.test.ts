import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";

import { parseEnvironment, readConfig, type Environment } from "../../components/environment";
import { etcdMembersOf, mastersOf, workersOf } from "../../components/machine";
import { ConfigError } from "../../components/settings";
import { configurationDocs, docsFile } from "../../components/environment/docs";
import { configuration } from "../../components/environment/schema";
import { pathsWhere, valuesOf, type Field } from "../../components/settings/walk";

const root = join(__dirname, "..", "..");
const readFile = () => "-----BEGIN OPENSSH PRIVATE KEY-----\n";
const context = { stack: "dev", directory: "/project", readFile };

const local = { provider: "local", machines: [{ name: "master-1", roles: ["master", "etcd"] }, { name: "worker-1" }] };

function environmentOf(raw: Record<string, unknown>): Environment {
  return parseEnvironment(raw, context);
}

function stackFile(stack: string): Record<string, unknown> {
  const { config } = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: object };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("keelson:", ""), value as unknown]),
  );
}

describe("defaults", () => {
  const environment = environmentOf(local);

  test("local machines get addresses from the eleventh on", () => {
    expect(environment.machines.map(({ address }) => address)).toEqual(["172.30.0.11", "172.30.0.12"]);
  });

  test("addresses that are given are not given again", () => {
    const machines = [{ name: "a", roles: ["master", "worker"] }, { name: "b", address: "172.30.0.11" }, { name: "c" }];
    expect(environmentOf({ provider: "local", machines }).machines.map(({ address }) => address)).toEqual([
      "172.30.0.12",
      "172.30.0.11",
      "172.30.0.13",
    ]);
  });

  test("a machine without roles is a worker", () => {
    expect(environment.machines[1]?.roles).toEqual(["worker"]);
    expect(workersOf(environment).map(({ name }) => name)).toEqual(["worker-1"]);
  });

  test("masters carry etcd where no machine has the role", () => {
    const plain = environmentOf({ ...local, machines: [{ name: "m", roles: ["master"] }, { name: "w" }] });
    expect(etcdMembersOf(plain).map(({ name }) => name)).toEqual(["m"]);
    expect(mastersOf(plain)[0].roles).toEqual(["master", "etcd"]);
    const apart = environmentOf({
      ...local,
      machines: [{ name: "m", roles: ["master"] }, { name: "e", roles: ["etcd"] }, { name: "w" }],
    });
    expect(etcdMembersOf(apart).map(({ name }) => name)).toEqual(["e"]);
  });

  test("a master that is a worker as well joins once, and loses the taint that keeps pods off", () => {
    const single = environmentOf({ provider: "local", machines: [{ name: "one", roles: ["master", "worker"] }] });
    expect(workersOf(single)).toEqual([]);
    expect(single.machines[0]?.taints).toEqual([]);
    expect(environment.machines[0]).not.toHaveProperty("taints");
  });

  test("clusterDNS is the tenth address of the service subnet", () => {
    expect(environment.kubernetes.kubelet.clusterDNS).toEqual(["10.96.0.10"]);
    const other = environmentOf({ ...local, kubernetes: { networking: { serviceSubnet: "10.112.0.0/16" } } });
    expect(other.kubernetes.kubelet.clusterDNS).toEqual(["10.112.0.10"]);
  });

  test("the mission's values", () => {
    expect(environment.kubernetes).toMatchObject({
      runtime: "docker",
      bindPort: 6443,
      networking: { podSubnet: "10.244.0.0/16", serviceSubnet: "10.96.0.0/12", dnsDomain: "cluster.local" },
      kubelet: { failSwapOn: false, anonymous: false, configuration: {} },
    });
    expect(environment.etcd).toEqual({
      ...{ version: "3.6.14", dataDir: "/var/lib/etcd", clientPort: 2379, peerPort: 2380, user: "etcd", extraArgs: {} },
    });
    expect(environment.workloads.nginx).toEqual({ image: "nginx:latest", replicas: 3, nodePort: 30080 });
    expect(environment.flannel).toEqual({ backend: "vxlan" });
  });

  test("machines over SSH log in as the stack says, unless they say otherwise", () => {
    const [master, worker] = environmentOf({
      provider: "ssh",
      ssh: { user: "ubuntu", privateKeyFile: "keys/id", hostKeyChecking: false },
      machines: [
        { name: "m", roles: ["master"], address: "192.0.2.1" },
        { name: "w", address: "192.0.2.2", ssh: { host: "w.example.com", port: 2222, privateKeyFile: "~/id" } },
      ],
    }).machines;
    expect(master?.ssh).toEqual({ host: "192.0.2.1", port: 22, user: "ubuntu", privateKeyFile: "/project/keys/id" });
    expect(worker?.ssh).toEqual({
      host: "w.example.com",
      port: 2222,
      user: "ubuntu",
      privateKeyFile: join(homedir(), "id"),
    });
  });

  test("artifacts come from the bundle for local machines, from upstream for others", () => {
    expect(environment.artifacts.source).toBe("bundle");
    expect(parseEnvironment(stackFile("staging"), context).artifacts.source).toBe("upstream");
  });

  test("the bundle's lock lies in the cache", () => {
    const before = process.env.KEELSON_CACHE;
    process.env.KEELSON_CACHE = "/cache";
    expect(environmentOf(local).artifacts).toEqual({
      source: "bundle",
      directory: "/opt/keelson/bundle",
      lock: "/cache/bundle/lock.json",
    });
    if (before === undefined) delete process.env.KEELSON_CACHE;
    else process.env.KEELSON_CACHE = before;
  });

  test("quantities become thousandths of a core and bytes", () => {
    const allocatable = (cpu: unknown, memory: unknown) =>
      environmentOf({ ...local, machines: [...local.machines, { name: "w", allocatable: { cpu, memory } }] })
        .machines[2]?.allocatable;
    expect(allocatable("500m", "3G")).toEqual({ millicpu: 500, memoryBytes: 3e9 });
    expect(allocatable("2", "3Gi")).toEqual({ millicpu: 2000, memoryBytes: 3 * 2 ** 30 });
    expect(allocatable(1.5, 2147483648)).toEqual({ millicpu: 1500, memoryBytes: 2 ** 31 });
    expect(allocatable(undefined, "512Mi")).toEqual({ millicpu: undefined, memoryBytes: 2 ** 29 });
  });

  test("numbers and truth values of flags become texts", () => {
    const { apiServer } = environmentOf({
      ...local,
      kubernetes: { apiServer: { extraArgs: { v: 2, profiling: false } } },
    }).kubernetes;
    expect(apiServer.extraArgs).toEqual({ v: "2", profiling: "false" });
  });
});

describe("an environment", () => {
  test("is frozen all through", () => {
    const environment = environmentOf({
      ...local,
      kubernetes: { kubelet: { configuration: { staticPodURLHeader: { x: ["1"] } } } },
    });
    const values: object[] = [environment];
    for (let value = values.pop(); value !== undefined; value = values.pop()) {
      expect(Object.isFrozen(value)).toBe(true);
      const parts: unknown[] = Object.values(value);
      values.push(...parts.filter((part) => typeof part === "object" && part !== null));
    }
  });

  test("leaves what it was made from alone", () => {
    const raw = { ...local, docker: { daemon: { "log-opts": { "max-size": "1m" } } } };
    environmentOf(raw);
    expect(Object.isFrozen(raw.docker.daemon["log-opts"])).toBe(false);
  });
});

describe("the stacks' own files", () => {
  test.each(["dev", "staging", "prod"])("%s is right", (stack) => {
    expect(() => parseEnvironment(stackFile(stack), { stack, directory: root, readFile })).not.toThrow();
  });

  test("docs/configuration.md is what the schema says", () => {
    expect(readFileSync(docsFile, "utf8")).toBe(configurationDocs());
  });

  test("every field has a description", () => {
    expect(configurationDocs()).not.toMatch(/\| +\|$/m);
  });
});

describe("readConfig", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));

  test("reads what Pulumi hands over", () => {
    pulumi.runtime.setAllConfig({
      "keelson:provider": local.provider,
      "keelson:machines": JSON.stringify(local.machines),
      "other:machines": "1",
    });
    const { machines, ...rest } = readConfig();
    const { machines: expected, ...others } = environmentOf(local);
    expect(rest).toEqual({ ...others, stack: pulumi.getStack() });
    expect(machines.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
  });

  test("finds keys that nothing reads, and values that are no JSON, and keeps what is secret to itself", () => {
    pulumi.runtime.setAllConfig(
      {
        "keelson:provider": "local",
        "keelson:machinez": "[]",
        "keelson:machines": "worker",
        "keelson:docker": '{"daemon": {"a": "hush"}}',
      },
      ["keelson:docker"],
    );
    let message = "";
    try {
      readConfig();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect(pulumi.RunError.isInstance(error)).toBe(true);
      message = String(error);
    }
    expect(message).toContain('machinez: is no known field: did you mean "machines"?');
    expect(message).toContain('machines: "worker" is not allowed: use a list');
    expect(message).toContain("docker: is a secret");
    expect(message).not.toContain("hush");
  });
});

test("no field but one for texts is called a string, in the reference and where another value is refused", () => {
  const called = (field: Field) => valuesOf(field) === "a string" && !(field.schema instanceof z.ZodString);
  expect(pathsWhere(configuration, called)).toEqual([]);
});
