import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
});
afterEach(() => host.remove());

const clean = { status: 0, stdout: "", stderr: "" };

describe("run_unit", () => {
  const active = (state: string) => {
    host.stub("systemctl", `case $1 in is-active) [ -e '${host.path("active")}' ] ;; restart) ${state} ;; esac`);
    host.stub("journalctl", "echo the last lines");
  };
  const run = () => host.up(`run_unit a.service "${host.path("one")}" "${host.path("two")}"`);
  const restarted = () => host.called().includes("systemctl restart a.service");

  beforeEach(() => {
    active(`touch '${host.path("active")}'`);
    host.write("one", "1");
    host.write("two", "2");
  });

  test("starts a unit, and lets it run while its files stay", () => {
    expect(run()).toEqual(clean);
    expect(host.called()).toEqual([
      "systemctl daemon-reload",
      "systemctl enable --quiet a.service",
      "systemctl restart a.service",
    ]);
    expect(run()).toEqual(clean);
    expect(host.called()).toEqual(["systemctl is-active --quiet a.service"]);
  });
  test("restarts it when a file changes, and once", () => {
    run();
    host.write("two", "3");
    host.called();
    run();
    expect(restarted()).toBe(true);
    run();
    expect(restarted()).toBe(false);
  });
  test("restarts it when it does not run", () => {
    run();
    host.called();
    active(":");
    host.up(`rm "${host.path("active")}"`);
    run();
    expect(restarted()).toBe(true);
  });
  test("tries again after a start that failed, whose status and log it shows", () => {
    active("exit 1");
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toMatch(/the last lines\n.*error: unit a\.service does not run on /s);
    expect(host.called()).toContain("journalctl --no-pager --lines=20 --unit=a.service");
    active(`touch '${host.path("active")}'`);
    expect(run()).toEqual(clean);
    expect(restarted()).toBe(true);
  });
  test("restarts it where a run was killed before it had", () => {
    run();
    host.write("two", "3");
    // The unit runs all the while, on what it had read before.
    active("kill -9 $PPID");
    expect(run().status).not.toBe(0);
    active(":");
    host.called();
    expect(run()).toEqual(clean);
    expect(restarted()).toBe(true);
  });
  test("starts a unit anew that was stopped in between", () => {
    run();
    expect(host.up("stop_unit a.service b.service")).toEqual(clean);
    expect(host.called()).toContain("systemctl disable --quiet --now a.service b.service");
    run();
    expect(restarted()).toBe(true);
  });
});

describe("iptables_without", () => {
  const tables = "*filter\n:KUBE-FORWARD - [0:0]\n:MINE - [0:0]\n-A FORWARD -j KUBE-FORWARD\n-A MINE -j DROP\nCOMMIT\n";

  test("takes out what matches, and nothing else", () => {
    host.stub("iptables-save", `cat <<'EOF'\n${tables}EOF`);
    host.stub("iptables-restore", `cat >'${host.path("restored")}'`);
    expect(host.up("iptables_without 'KUBE-|cni0'")).toEqual(clean);
    expect(host.read("restored")).toBe("*filter\n:MINE - [0:0]\n-A MINE -j DROP\nCOMMIT\n");
  });
  test("restores nothing where nothing matches, or where there is no iptables", () => {
    host.stub("iptables-save", `cat <<'EOF'\n${tables}EOF`);
    host.stub("iptables-restore");
    expect(host.up("iptables_without 'FLANNEL'")).toEqual(clean);
    host.stub("iptables-save", "exit 1");
    expect(host.up("iptables_without 'KUBE-'")).toEqual(clean);
    expect(host.called().filter((call) => call.startsWith("iptables-restore"))).toEqual([]);
  });
});
