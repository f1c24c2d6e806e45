import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.stub("hostname", "echo machine-1");
});
afterEach(() => host.remove());

const preflight = (cluster = "an-id prod") =>
  host.run({
    script: Host.script("machine/preflight.sh"),
    uses: ["check_fitness() { :; }", "check_others() { :; }"],
    values: { CLUSTER: cluster, ROLES: ["worker"] },
  });

test("a machine says whose it is, once, and is refused to every other cluster", () => {
  expect(preflight()).toMatchObject({ status: 0, stderr: "" });
  expect(host.read("var/lib/keelson/cluster")).toBe("an-id prod\n");
  const { status, stderr } = preflight("another test");
  expect(status).toBe(1);
  expect(stderr).toContain('it is of the cluster of stack "prod" (an-id), and not of this one (another)');
  expect(host.read("var/lib/keelson/cluster")).toBe("an-id prod\n");
  expect(preflight().status).toBe(0);
});

test("nobody's name is written where the run knows none", () => {
  expect(preflight("").status).toBe(0);
  expect(host.has("var/lib/keelson/cluster")).toBe(false);
  preflight();
  expect(preflight("").status).toBe(0);
  expect(host.read("var/lib/keelson/cluster")).toBe("an-id prod\n");
});

test("it says whether it is a node, which a machine that was rebuilt is not", () => {
  expect(preflight().stdout).toBe("joined no\n");
  host.write("etc/kubernetes/kubelet.conf", "");
  expect(preflight().stdout).toBe("joined yes\n");
});

test("a machine that another line of the stack names already is refused, and nothing is written down of it", () => {
  host.write("var/lib/keelson/scripts/w-preflight/ran", "done digest 1\n");
  host.write("var/lib/keelson/scripts/x-admit/ran", "done digest 1\n");
  const { status, stderr } = preflight();
  expect(status).toBe(1);
  expect(stderr).toContain('it is the machine "w" already: take one of the two lines out of machines');
  expect(host.has("var/lib/keelson/scripts/test")).toBe(false);
  // What was refused itself was never it.
  host.write("var/lib/keelson/scripts/w-preflight/ran", "running digest 1\n");
  expect(preflight().status).toBe(0);
});
