import { TestMachine } from "../support/machine";
import { TestStack } from "../support/stack";

const name = "e2e-pairs";
const master = { name: "master-1", roles: ["master", "etcd"] };
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.222.0/24" },
  machines: [master],
  workloads: { enabled: false },
});
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const rule = (action: string, words: string) => on("master-1").run(`iptables -w ${action} INPUT ${words}`);

afterAll(() => stack.remove());

/** A run that is refused, because machines cannot work together; nothing is changed on the one that is new. */
async function refused(): Promise<string> {
  const { status, output } = await stack.run("up");
  expect(output).toContain(`the machines of stack "${name}" cannot work together, and nothing was changed on any:`);
  expect(status).toBe(4);
  expect(on("worker-1").attempt("ls /var/lib/keelson /etc/keelson /usr/local/bin/kubelet").stdout).toBe("");
  return output;
}

test("a machine alone has nobody to reach", async () => {
  expect((await stack.succeed("up")).output).not.toContain("ways were tried");
});

describe("a machine joins a living cluster, whose programs have the ports", () => {
  const address = "172.31.222.12";

  test("the preview says that ways are tried", async () => {
    stack.change({ machines: [master, { name: "worker-1" }] });
    expect((await stack.succeed("preview")).output).toMatch(
      /before anything is changed on machines, 4 ways between them are tried/,
    );
  });

  test("pods' packets that a firewall drops one way are a refusal, with the rule that is missing", async () => {
    rule("-I", `-p udp --dport 8472 -s ${address} -j DROP`);
    expect(await refused()).toContain(
      `worker-1 → master-1 (172.31.222.11), UDP 8472, pods' packets, vxlan: does not arrive at master-1:8472. ` +
        `iptables is up on master-1: iptables -I INPUT -s ${address} -p udp --dport 8472 -j ACCEPT`,
    );
    rule("-D", `-p udp --dport 8472 -s ${address} -j DROP`);
  });

  test("so is a port of the new machine", async () => {
    on("worker-1").run("iptables -w -I INPUT -p tcp --dport 10250 -j DROP");
    const output = await refused();
    on("worker-1").run("iptables -w -D INPUT -p tcp --dport 10250 -j DROP");
    expect(output).toContain(`master-1 → worker-1 (${address}), TCP 10250, the kubelet: no answer within 3 s`);
    expect(output).not.toMatch(/UDP 8472|TCP 6443/);
  });

  test("packets of the size of pods' that do not pass, while small ones do", async () => {
    rule("-I", "-p udp --dport 8472 -m length --length 1431: -j DROP");
    expect(await refused()).toMatch(
      /worker-1 → master-1 .* packets of 1500 bytes, .* do not arrive; the largest that do have 1430\. Set flannel\.mtu to 1380 or less/,
    );
    rule("-D", "-p udp --dport 8472 -m length --length 1431: -j DROP");
  });

  test("and a machine that is a copy of another", async () => {
    const id = on("worker-1").run("cat /etc/machine-id");
    on("worker-1").run(`echo ${on("master-1").run("cat /etc/machine-id")} >/etc/machine-id`);
    expect(await refused()).toContain("master-1 and worker-1 have the same machine-id");
    on("worker-1").run(`echo ${id} >/etc/machine-id`);
  });

  test("where all ways are open it joins; nothing is left of the trial, and the next preview is empty", async () => {
    const { output } = await stack.succeed("up");
    expect(output).toContain("machines reach each other: 4 ways were tried");
    expect(on("master-1").kubectl("get nodes --no-headers").split("\n")).toHaveLength(2);
    expect(on("worker-1").run("pgrep -c perl || true")).toBe("0");
    expect((await stack.succeed("preview")).output).not.toMatch(/to create|to change|to replace|to delete/);
  });
});
