import { TestMachine } from "../support/machine";
import { TestStack, within } from "../support/stack";

// What is asked for is what holds: settings that nothing comes up on are taken back on the first machine, and meet no other.
const name = "e2e-settings";
const machines = [{ name: "master-1", roles: ["master", "etcd"] }, { name: "worker-1" }, { name: "worker-2" }];
const stack = new TestStack(name, {
  provider: "local",
  local: { subnet: "172.31.235.0/24" },
  machines,
  workloads: { nginx: { replicas: 2 } },
});
const on = (machine: string) => new TestMachine(`keelson-${name}-${machine}`);
const kubectl = (args: string) => on("master-1").kubectl(args);
const ready = () => kubectl("get nodes --no-headers").match(/ Ready /g)?.length;

afterAll(() => stack.remove());

test("a cluster is built", async () => {
  expect((await stack.succeed("up")).output).toContain("(200)");
});

describe("a flag that the API server does not know the value of", () => {
  test("fails the run, which names the flag and what the server said; the server runs as before", async () => {
    stack.change({ kubernetes: { apiServer: { extraArgs: { "enable-admission-plugins": "NoSuchPlugin" } } } });
    const { status, output } = await stack.run("up");
    expect(status).not.toBe(0);
    expect(output).toContain(
      "kube-apiserver of master-1 does not come up on its new settings, it is on those before again",
    );
    expect(output).toMatch(/\+ --enable-admission-plugins=\S*NoSuchPlugin/);
    expect(output).toMatch(/What it said: .*NoSuchPlugin/);
    expect(ready()).toBe(3);
    for (const where of ["cat /etc/kubernetes/manifests/kube-apiserver.yaml", "ls -A /etc/kubernetes/manifests"]) {
      expect(on("master-1").run(where)).not.toMatch(/NoSuchPlugin|\.new/);
    }
    // What kubeadm told the cluster is not ahead of what runs.
    expect(kubectl("--namespace kube-system get configmap kubeadm-config -o yaml")).not.toContain("NoSuchPlugin");
  });
  test("is gone when its line is", async () => {
    stack.change({ kubernetes: {} });
    await stack.succeed("up");
    expect(ready()).toBe(3);
  });
});

describe("a setting of Docker's that its own check does not find", () => {
  const daemon = (machine: string) => on(machine).run("cat /etc/docker/daemon.json");
  const starts = (machine: string) => on(machine).run("systemctl show docker.service -p ExecMainStartTimestamp");

  test("stops at the first machine, where Docker runs on the settings before; the others have never seen it", async () => {
    const before = ["worker-1", "worker-2"].map((machine) => [daemon(machine), starts(machine)]);
    stack.change({ docker: { daemon: { "seccomp-profile": "/etc/docker/nosuch.json" } } });
    const { status, output } = await stack.run("up");
    expect(status).not.toBe(0);
    expect(output).toContain("unit docker.service of master-1 does not come up on its new settings");
    expect(output).toContain('+ "seccomp-profile": "/etc/docker/nosuch.json"');
    expect(output).toMatch(/What it said: .*nosuch/);
    expect(["worker-1", "worker-2"].map((machine) => [daemon(machine), starts(machine)])).toEqual(before);
    expect(daemon("master-1")).toBe(daemon("worker-1"));
    expect(on("master-1").run("systemctl is-active docker.service")).toBe("active");
    await within(60, () => ready() === 3);
  });
  test("is gone when its line is", async () => {
    stack.change({ docker: {} });
    await stack.succeed("up");
    expect(ready()).toBe(3);
    expect(on("worker-1").run("ls -A /var/lib/keelson/units")).not.toContain(".next");
  });
});

test("a node that is rebuilt under a kubelet that goes on has its pods' network again", async () => {
  const annotation = () => kubectl("get node worker-1 -o jsonpath={.metadata.annotations}");
  kubectl("delete node worker-1");
  on("worker-1").run("systemctl restart kubelet.service");
  await within(60, () => (ready() ?? 0) === 3);
  expect(annotation()).not.toContain("flannel");
  const urn = `urn:pulumi:${name}::keelson::keelson:index:Cluster$keelson:worker:Worker$command:remote:Command::worker-1-ready`;
  await stack.succeedPulumi("up", "--yes", "--skip-preview", "--replace", urn);
  expect(annotation()).toContain("flannel.alpha.coreos.com/backend-type");
  await within(120, () => kubectl("get pods -l app=web -o wide --no-headers").match(/1\/1 .*worker-1/) !== null);
  const address = kubectl("get pods -l app=web -o wide --no-headers").match(/1\/1 .* (10\.\S+) +worker-1/)?.[1];
  expect(on("master-1").run(`curl -fsS --max-time 5 http://${address ?? ""}/`)).toContain("nginx");
});
