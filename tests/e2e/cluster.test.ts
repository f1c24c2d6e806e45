import { formsOf } from "../support/forms";
import { TestMachine } from "../support/machine";
import { dockerObjects, here, TestStack, within } from "../support/stack";

const name = "e2e";
const machines = [
  { name: "master-1", roles: ["master", "etcd"] },
  { name: "worker-1", roles: ["worker"] },
  { name: "worker-2", roles: ["worker"] },
];
const nginx = { image: "nginx:latest", replicas: 3, nodePort: 30080 };
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.240.0/24" },
  machines,
  workloads: { nginx },
});
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const master = on("master-1");
const workers = [on("worker-1"), on("worker-2")];

afterAll(() => stack.remove());

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly phase: string; readonly podIP: string; readonly containerStatuses: { ready: boolean }[] };
}

function pods(selector = ""): Pod[] {
  return (JSON.parse(master.kubectl(`get pods -A ${selector} -o json`)) as { items: Pod[] }).items;
}

const statusOf = (machine: TestMachine, url: string) =>
  machine.run(`curl -s -o /dev/null -w '%{http_code}' --max-time 10 ${url}`);

describe("a cluster on machines of this computer", () => {
  test("is built, and says how to go on", async () => {
    const run = await stack.succeed("up");
    expect(run.output).toContain("nginx answers at http://172.31.240.11:30080 (200)");
    expect(run.output).toMatch(/^NAME +STATUS +ROLES/m);
  });

  test("all nodes are ready, on the runtime that was asked for", () => {
    const columns =
      "custom-columns=N:.metadata.name,R:.status.conditions[?(@.type=='Ready')].status,C:.status.nodeInfo.containerRuntimeVersion";
    const lines = master.kubectl(`get nodes --no-headers -o "${columns}"`).split("\n");
    expect(lines.map((line) => line.split(/\s+/).slice(0, 2))).toEqual(machines.map(({ name }) => [name, "True"]));
    for (const line of lines) expect(line).toMatch(/ docker:\/\/\d+/);
  });

  test("all pods run and are ready", async () => {
    await within(60, () => pods().every(({ status }) => status.containerStatuses.every(({ ready }) => ready)));
    for (const { metadata, status } of pods()) {
      expect([metadata.name, status.phase]).toEqual([metadata.name, "Running"]);
    }
    expect(new Set(pods().map(({ metadata }) => metadata.namespace))).toEqual(
      new Set(["default", "kube-flannel", "kube-system"]),
    );
  });

  test("nginx answers through its Service from every node", () => {
    const address = master.kubectl("get service nginx -o jsonpath={.spec.clusterIP}");
    for (const machine of [master, ...workers]) expect(statusOf(machine, `http://${address}`)).toBe("200");
  });

  test("every nginx pod answers at its own address from every node", () => {
    const found = pods("-l app=web");
    expect(found.filter((pod) => pod.metadata.name.startsWith("nginx-deployment-"))).toHaveLength(3);
    expect(found.map((pod) => pod.metadata.name)).toContain("nginx-test");
    for (const pod of found) {
      for (const machine of [master, ...workers]) expect(statusOf(machine, `http://${pod.status.podIP}`)).toBe("200");
    }
  });

  test("nginx answers by its name from inside of a pod", () => {
    const page = master.kubectl("exec nginx-test -- wget -q -O - http://nginx.default.svc.cluster.local");
    expect(page).toContain("Welcome to nginx");
  });

  test("etcd refuses plain text and clients without a certificate", () => {
    expect(master.attempt("curl -sf --max-time 5 http://127.0.0.1:2379/health").status).not.toBe(0);
    expect(master.attempt("curl -sfk --max-time 5 https://127.0.0.1:2379/health").status).not.toBe(0);
    const keys = "--cert /etc/etcd/pki/etcd/healthcheck-client.crt --key /etc/etcd/pki/etcd/healthcheck-client.key";
    expect(master.run(`curl -sf --cacert /etc/etcd/pki/etcd/ca.crt ${keys} https://127.0.0.1:2379/health`)).toContain(
      "true",
    );
  });

  test("a second up changes nothing and restarts nothing", async () => {
    const before = [master, ...workers].map((machine) => machine.unitStarts());
    const { counts } = await stack.succeed("up");
    expect(Object.keys(counts)).toEqual(["unchanged"]);
    expect([master, ...workers].map((machine) => machine.unitStarts())).toEqual(before);
  });

  test("another number of replicas changes one resource, and the pods follow", async () => {
    stack.change({ workloads: { nginx: { ...nginx, replicas: 4 } } });
    const { counts } = await stack.succeed("up");
    expect(counts["changed"]).toBe(1);
    expect(counts["created"] ?? 0).toBe(0);
    expect(master.kubectl("get deployment nginx-deployment -o jsonpath={.status.readyReplicas}")).toBe("4");
  });

  test("a changed label changes one resource", async () => {
    stack.change({
      machines: machines.map((machine) =>
        machine.name === "worker-2" ? { ...machine, labels: { disk: "ssd" } } : machine,
      ),
    });
    const { counts } = await stack.succeed("up");
    expect(counts["changed"]).toBe(1);
    expect(master.kubectl("get node worker-2 -o jsonpath={.metadata.labels.disk}")).toBe("ssd");
  });
});

describe("machines that come and go", () => {
  test("a worker that is added joins, and no other worker gets more than the look at it, and at its ways to the new one", async () => {
    const logins = workers.map((machine) => machine.logins());
    const starts = [master, ...workers].map((machine) => machine.unitStarts());
    stack.change({ machines: [...machines, { name: "worker-3", roles: ["worker"] }] });
    await stack.succeed("up");
    expect(master.kubectl("get node worker-3 -o jsonpath={.status.conditions[-1].status}")).toBe("True");
    expect(workers.map((machine) => machine.logins())).toEqual(logins.map((count) => count + 2));
    expect([master, ...workers].map((machine) => machine.unitStarts())).toEqual(starts);
  });

  test("no join token outlives its join", () => {
    expect(
      master.kubectl("get secrets -n kube-system --field-selector type=bootstrap.kubernetes.io/token -o name"),
    ).toBe("");
  });

  test("a worker that is removed is drained, deleted and gone", async () => {
    stack.change({ machines });
    const { output } = await stack.succeed("up");
    expect(output).toMatch(/removed +nodes +worker-3-member/);
    expect(master.kubectl("get nodes -o name")).not.toContain("worker-3");
    // Pods of daemon sets go with the node's garbage, which is collected every 20 s when it is 40 s old.
    await within(90, () => pods().every((pod) => pod.spec.nodeName !== "worker-3"));
    expect(dockerObjects(name).join()).not.toContain("worker-3");
    expect(master.kubectl("get deployment nginx-deployment -o jsonpath={.status.readyReplicas}")).toBe("4");
  });
});

describe("secrets", () => {
  test("stand in no state, no log and no unit's words", () => {
    const secrets = [
      // The state has these as base64 of the whole file, in which no line of it is to be seen.
      ...formsOf(master.run("cat /etc/kubernetes/pki/ca.key")),
      ...formsOf(etcdKey()),
      master.run("sed -n 2p /etc/etcd/pki/etcd/server.key"),
      // From its middle: keys of a kind begin alike.
      master.run("sed -n 's/.*client-key-data: //p' /etc/kubernetes/admin.conf | cut -c 301-360"),
      here("sed", "-n", "2p", `.keelson/${name}/id_ed25519`).trim(),
    ];
    const logs = here("bash", "-c", `cat .keelson/logs/${name}-*.log`);
    const journal = master.run("journalctl --no-pager --boot");
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThanOrEqual(40);
      for (const text of [stack.state(), logs, journal]) expect(text.includes(secret)).toBe(false);
    }
  });
});

/** The key of etcd's authority, which is nowhere but in the state, encrypted. */
function etcdKey(): string {
  const exported = here("pulumi", "stack", "export", "--show-secrets", "--stack", name);
  const { deployment } = JSON.parse(exported) as {
    deployment: { resources: { urn: string; outputs?: { stdout?: { plaintext?: string } } }[] };
  };
  const authority = deployment.resources.find(({ urn }) => urn.endsWith("::etcd-authority"));
  const printed = JSON.parse(authority?.outputs?.stdout?.plaintext ?? '""') as string;
  return Buffer.from(/^key (.*)$/m.exec(printed)?.[1] ?? "", "base64").toString();
}

test("destroy leaves nothing", async () => {
  await stack.succeed("destroy");
  expect(dockerObjects(name)).toEqual([]);
  expect(here("bash", "-c", `ls .keelson | grep -x ${name} || true`)).toBe("");
  expect(pluginsOfThisCheckout()).toBe("");
});

/** Other checkouts on this machine may be at work, and builds have plugins' names on their command lines. */
function pluginsOfThisCheckout(): string {
  const mine = '[[ "$(readlink "/proc/$pid/cwd")/" = "$PWD/"* ]]';
  return here(
    "bash",
    "-c",
    `for pid in $(pgrep -f 'pulumi-resource-[a-z]+|toolchain/providers'); do ${mine} && [ "$pid" != $$ ] && cat "/proc/$pid/cmdline"; done; true`,
  );
}
