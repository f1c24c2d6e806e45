import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { hostKey } from "../golden/topologies";
import { TestMachine } from "../support/machine";
import { nameserverLines, OwnMachines, type OwnMachine } from "../support/ownMachines";
import { dockerObjects, here, root, TestStack } from "../support/stack";

/** What a machine needs before it can be found fit: it runs, and pods find name servers. */
function ready(stack: string, machine: string): TestMachine {
  const found = new TestMachine(`keelson-${stack}-${machine}`);
  found.run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done");
  found.run(`printf '%s\\n' '${nameserverLines()}' >/etc/own-resolv.conf`);
  return found;
}

const common = {
  provider: "ssh",
  kubernetes: { kubelet: { configuration: { resolvConf: "/etc/own-resolv.conf" } } },
  artifacts: { source: "bundle" },
};

describe("a machine behind a bastion, an encrypted key, and ports of their own", () => {
  const name = "e2e-bastion";
  const passphrase = "canary: opens the key";
  const [bastionAddress, nodeAddress] = ["172.31.244.11", "172.31.244.12"];
  let own: OwnMachines;
  let stack: TestStack;
  let node: TestMachine;
  const scratch = mkdtempSync(join(tmpdir(), "keelson-ssh-"));

  beforeAll(() => {
    own = new OwnMachines(name, "172.31.244", ["bastion", "node"], { port: 2222, passphrase });
    ready(name, "bastion");
    node = ready(name, "node");
    // Nobody but the bastion has a way to log in.
    node.run(`iptables -A INPUT -p tcp --dport 2222 ! -s ${bastionAddress} -j DROP`);
    const [bastion, machine] = own.machines as readonly [OwnMachine, OwnMachine];
    const { privateKeyFile, ...jump } = bastion.ssh;
    stack = new TestStack(name, {
      ...common,
      ssh: { privateKeyFile, bastion: { host: bastion.address, ...jump } },
      machines: [{ ...machine, roles: ["master", "etcd", "worker"] }],
      workloads: { nginx: { replicas: 1 } },
    });
  });
  afterAll(async () => {
    await stack.remove();
    own.remove();
    rmSync(scratch, { recursive: true });
  });

  test("without the passphrase nothing is contacted, and the way out is told", async () => {
    const { status, output } = await stack.run("up");
    expect(status).not.toBe(0);
    expect(output).toContain("is encrypted, and its passphrase is not given: use pulumi config set --secret --path");
    expect(node.logins()).toBe(0);
  });

  test("with it a cluster is built, and every login came from the bastion", async () => {
    stack.environment = { KEELSON_SSH_PASSPHRASE: passphrase };
    const { output } = await stack.succeed("up");
    expect(output).toContain(`nginx answers at http://${nodeAddress}:30080 (200)`);
    const from = node.run("journalctl --no-pager --unit=ssh.service --grep='Accepted publickey' -o cat");
    expect(new Set(from.split("\n").map((line) => / from (\S+) /.exec(line)?.[1]))).toEqual(new Set([bastionAddress]));
  });

  test("the passphrase can be the stack's own secret instead, and changes nothing", async () => {
    stack.environment = {};
    execFileSync(
      "pulumi",
      ["config", "set", "--secret", "--path", "keelson:ssh.privateKeyPassphrase", "--stack", name],
      {
        cwd: root,
        // As a person types it.
        input: passphrase,
        env: {
          ...process.env,
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_BACKEND_URL: `file://${join(root, ".keelson", "state")}?metadata=skip`,
          PULUMI_CONFIG_PASSPHRASE_FILE: join(root, ".keelson", "passphrase"),
        },
      },
    );
    const { counts } = await stack.succeed("up");
    expect(Object.keys(counts)).toEqual(["unchanged"]);
  });

  test("another user with another key logs in, and nothing is made again or restarts", async () => {
    const key = join(scratch, "another_key");
    here("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key);
    node.run(`cat >/etc/ssh/another_key <<<'${readFileSync(`${key}.pub`, "utf8").trim()}'
      echo 'AuthorizedKeysFile /etc/ssh/another_key' >/etc/ssh/sshd_config.d/another.conf; systemctl reload ssh.service`);
    const [, machine] = own.machines as readonly [OwnMachine, OwnMachine];
    const login = { ...machine.ssh, user: "root", privateKeyFile: key };
    const authorities = "sha256sum /etc/kubernetes/pki/ca.crt /etc/etcd/pki/etcd/ca.crt";
    const before = [node.run(authorities), node.unitStarts()];
    // The bastion's key is the one that was there; the file is written anew, without the secret.
    stack.environment = { KEELSON_SSH_PASSPHRASE: passphrase };
    stack.change({ machines: [{ ...machine, roles: ["master", "etcd", "worker"], ssh: login }] });
    const { counts } = await stack.succeed("up");
    expect([counts["created"] ?? 0, counts["replaced"] ?? 0, counts["deleted"] ?? 0]).toEqual([0, 0, 0]);
    expect([node.run(authorities), node.unitStarts()]).toEqual(before);
    expect(Object.keys((await stack.succeed("up")).counts)).toEqual(["unchanged"]);
    stack.environment = {};
  });

  test("the passphrase is in no state, no log and no stack file in clear", () => {
    const logs = here("bash", "-c", `cat .keelson/logs/${name}-*.log Pulumi.${name}.yaml`);
    for (const text of [logs, stack.state()]) expect(text.includes(passphrase)).toBe(false);
  });

  test("destroy needs no passphrase: the state has the way in", async () => {
    stack.change({});
    await stack.succeed("destroy");
    expect(node.run("systemctl list-unit-files --no-legend --no-pager | grep -cE '^(kubelet|etcd)' || true")).toBe("0");
    expect(dockerObjects(name).filter((object) => object.startsWith("container"))).toHaveLength(2);
  });
});

describe("machines that do not answer", () => {
  const name = "e2e-silent";
  let own: OwnMachines;
  let stack: TestStack;

  beforeAll(() => {
    own = new OwnMachines(name, "172.31.245", ["node-a", "node-b"]);
    ready(name, "node-a");
    ready(name, "node-b").run("systemctl stop ssh.service");
    const [first, stopped] = own.machines as readonly [OwnMachine, OwnMachine];
    const silent = { ...stopped, name: "node-c", address: "172.31.245.99" };
    stack = new TestStack(name, {
      ...common,
      machines: [
        { ...first, roles: ["master", "etcd", "worker"] },
        stopped,
        { ...silent, ssh: { ...silent.ssh, hostKey: hostKey("node-c") } },
      ],
    });
  });
  afterAll(async () => {
    await stack.remove();
    own.remove();
  });

  test("are all named within 30 s", async () => {
    const began = Date.now();
    const { status, output } = await stack.run("up");
    expect(status).toBe(3);
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(output).toMatch(/node-b \(172\.31\.245\.12:22\): connection refused/);
    expect(output).toMatch(/node-c \(172\.31\.245\.99:22\): (no answer|no route to host)/);
    expect(output).not.toContain("node-a (");
  });
});
