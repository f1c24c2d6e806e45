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
    expect(host.called()).toEqual(["systemctl is-active --quiet a.service", "systemctl is-enabled --quiet a.service"]);
  });
  test("lets it start at the next boot again, where somebody saw to it that it would not", () => {
    run();
    host.called();
    host.stub("systemctl", '[ "$1" != is-enabled ]');
    expect(run()).toEqual(clean);
    expect(host.called().at(-1)).toBe("systemctl enable --quiet a.service");
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

describe("packages", () => {
  const installed = (names: readonly string[]) => host.write("installed", names.map((name) => `${name}\n`).join(""));
  const list = () => host.read("installed").split("\n").filter(Boolean).sort();

  beforeEach(() => {
    const file = host.path("installed");
    host.stub(
      "dpkg-query",
      `if [ $# = 3 ]; then sed 's/^/installed /' '${file}'; echo 'config-files old'; exit; fi
      status=0; for name in "\${@:4}"; do grep -qxF "$name" '${file}' && echo installed || status=1; done; exit "$status"`,
    );
    host.stub("dpkg");
    host.stub(
      "apt-get",
      `shift 9; what=$1; shift
      case $what in
      install) for name; do grep -qxF "$name" '${file}' || echo "$name" >>'${file}'; done; echo dependency >>'${file}' ;;
      purge) for name; do sed -i "/^$name\\$/d" '${file}'; done ;;
      esac`,
    );
  });
  const apt = () => host.called().filter((call) => call.startsWith("apt-get"));

  test("are installed with what they need, and all of that goes again", () => {
    installed(["bash", "curl"]);
    expect(host.up("install_packages owner tool more")).toMatchObject({ status: 0, stdout: "" });
    expect(list()).toEqual(["bash", "curl", "dependency", "more", "tool"]);
    expect(host.up("remove_packages owner")).toMatchObject({ status: 0, stdout: "" });
    expect(list()).toEqual(["bash", "curl"]);
    expect(host.up("remove_packages owner")).toEqual(clean);
  });
  test("that are there already are left alone, and never removed", () => {
    installed(["bash", "tool"]);
    expect(host.up("install_packages owner tool")).toEqual(clean);
    expect(apt()).toEqual([]);
    host.up("remove_packages owner");
    expect(apt()).toEqual([]);
    expect(list()).toEqual(["bash", "tool"]);
  });
  test("are remembered as they were before the first of two tries", () => {
    installed(["bash"]);
    host.up("install_packages owner tool");
    host.up("install_packages owner tool more");
    host.up("remove_packages owner");
    expect(list()).toEqual(["bash"]);
  });
  test("that came later are others', and stay", () => {
    installed(["bash"]);
    host.up("install_packages owner tool");
    installed([...list(), "theirs"]);
    host.up("remove_packages owner");
    expect(list()).toEqual(["bash", "theirs"]);
  });
  test("are removed after a run that was cut off while it installed them", () => {
    installed(["bash"]);
    host.stub("dpkg", "kill -9 $PPID");
    expect(host.up("install_packages owner tool").status).not.toBe(0);
    installed([...list(), "tool"]);
    expect(host.up("has_packages owner && remove_packages owner && ! has_packages owner").status).toBe(0);
    expect(list()).toEqual(["bash"]);
  });
  test("are looked for in newer lists, and waited for, when they cannot be had", () => {
    installed(["bash"]);
    host.stub("apt-get", 'case "$*" in *update*) ;; *) exit 1 ;; esac');
    const { status, stderr } = host.up("install_packages owner tool");
    expect(status).toBe(1);
    expect(stderr).toContain("error: the packages tool could not be installed on ");
    const calls = apt();
    expect(calls.map((call) => /install tool|update/.exec(call)?.[0])).toEqual([
      "install tool",
      "update",
      "install tool",
    ]);
    for (const call of calls) expect(call).toContain("DPkg::Lock::Timeout=300");
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
