import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

describe("packages", () => {
  const file = () => host.path("installed");
  const installed = (names: readonly string[]) => host.write("installed", names.map((name) => `${name}\n`).join(""));
  const list = () => host.read("installed").split("\n").filter(Boolean).sort();
  const apt = () => host.called().filter((call) => /^(apt-get|dpkg) /.test(call));
  /** What came for the owner, as the machine remembers it. */
  const noted = (owner = "owner") => host.read(`var/lib/keelson/installed/${owner}`).split("\n").filter(Boolean).sort();
  /** As apt does it: the hook is told of what comes, and then dpkg is at work. */
  const aptGet = (before = "") =>
    host.stub(
      "apt-get",
      `hook=; for word; do case $word in DPkg::Pre-Install-Pkgs::=*) hook=\${word#*=} ;; esac; done
      while [ "$1" != install ] && [ "$1" != update ]; do [ "$1" != -o ] || shift; shift; done
      [ "$1" = install ] || exit 0
      shift; ${before}
      new=(); for name in "$@" dependency; do grep -qxF "$name" '${file()}' || new+=("$name"); done
      { printf 'VERSION 2\nquiet=2 - /\n\nkernel 1 < 2 /cache/kernel.deb\n'
        for name in "\${new[@]}"; do echo "$name - < 1 /cache/$name.deb"; done
        for name in "\${new[@]}"; do echo "$name - < 1 **CONFIGURE**"; done; } | sh -c "$hook"
      printf '%s\n' "\${new[@]}" >>'${file()}'`,
    );

  beforeEach(() => {
    host.stub(
      "dpkg-query",
      `if [ $# = 3 ]; then sed 's/^/installed /' '${file()}'; echo 'config-files old'; exit; fi
      grep -qxF "$4" '${file()}' && printf installed`,
    );
    host.stub(
      "dpkg",
      `[ "$1" = --purge ] || exit 0; shift
      for name; do grep -qsxF "$name" '${host.path("needed")}' && status=1 || sed -i "/^$name\\$/d" '${file()}'; done
      exit \${status:-0}`,
    );
    for (const name of ["apt-mark", "apt-cache", "sleep"]) host.stub(name);
    aptGet();
  });

  test("are installed with what they need, and all of that goes again", () => {
    installed(["bash", "curl"]);
    expect(host.up("install_packages owner tool more")).toMatchObject({ status: 0, stdout: "" });
    expect(list()).toEqual(["bash", "curl", "dependency", "more", "tool"]);
    expect(noted()).toEqual(["dependency", "more", "tool"]);
    expect(host.up("remove_packages owner tool more")).toMatchObject({ status: 0, stdout: "" });
    expect(list()).toEqual(["bash", "curl"]);
    expect(host.up("remove_packages owner tool more")).toEqual(clean);
  });
  test("that are there already are left alone, and never removed", () => {
    installed(["bash", "tool"]);
    expect(host.up("install_packages owner tool")).toEqual(clean);
    expect(host.up("has_packages owner tool").status).toBe(1);
    host.up("remove_packages owner tool");
    expect(apt()).toEqual([]);
    expect(list()).toEqual(["bash", "tool"]);
  });
  test("are asked for where they are missing, and the others among them stay as they are", () => {
    installed(["tool"]);
    host.up("install_packages owner tool more");
    expect(apt().find((call) => call.startsWith("apt-get"))).toMatch(/ install more$/);
    expect(host.up("has_packages owner tool").status).toBe(1);
    expect(host.up("has_packages owner other more").status).toBe(0);
  });
  test("remove nothing else on their way in", () => {
    installed([]);
    host.up("install_packages owner tool");
    const call = apt().find((call) => call.startsWith("apt-get"));
    for (const option of ["--no-remove", "--no-install-recommends"]) expect(call).toContain(` ${option} `);
  });
  test("come without a word of the package manager's but its warnings, where all went well", () => {
    installed([]);
    aptGet("echo 'error: systemctl preset failed: it is masked' >&2; echo Setting up; echo 'W: no longer kept' >&2");
    const { status, stderr } = host.up("install_packages owner tool");
    expect(status).toBe(0);
    expect(stderr).toBe("installing packages: tool\nW: no longer kept\n");
  });
  test("that came later, or while apt waited for others, are others' and stay", () => {
    installed(["bash"]);
    aptGet(`grep -qx kernel '${file()}' || echo kernel >>'${file()}'`);
    host.up("install_packages owner tool");
    installed([...list(), "theirs"]);
    host.up("remove_packages owner tool");
    expect(list()).toEqual(["bash", "kernel", "theirs"]);
  });
  test("of a run that was cut off before it had any are others', and after it are ours", () => {
    installed(["bash"]);
    aptGet("kill -9 $PPID; exit 1");
    expect(host.up("install_packages owner tool").status).not.toBe(0);
    installed([...list(), "postgresql"]);
    aptGet();
    host.up("install_packages owner tool");
    expect(noted()).toEqual(["dependency", "tool"]);
    host.up("remove_packages owner tool");
    expect(list()).toEqual(["bash", "postgresql"]);
  });
  test("of which somebody had left the configuration leave it, whoever asks for them to go", () => {
    installed(["bash"]);
    host.stub(
      "dpkg-query",
      `if [ $# = 3 ]; then sed 's/^/installed /' '${file()}'; exit; fi
      if [ $# -gt 4 ]; then printf 'not-installed tool\nconfig-files dependency\n'; exit 1; fi
      grep -qxF "$4" '${file()}' && printf installed`,
    );
    host.stub(
      "dpkg",
      `[ "$1" != --configure ] || exit 0; shift
      for name; do sed -i "/^$name\\$/d" '${file()}'; done`,
    );
    expect(host.up("install_packages owner tool").status).toBe(0);
    host.called();
    expect(host.up("remove_packages owner tool").status).toBe(0);
    expect(apt()).toEqual(["dpkg --remove dependency tool", "dpkg --purge tool"]);
    expect(list()).toEqual(["bash"]);
  });
  test("that others need by now are left and named, and go with the next who leaves", () => {
    installed([]);
    host.up("install_packages owner tool");
    host.write("needed", "dependency\n");
    const { status, stderr } = host.up("remove_packages owner tool");
    expect(status).toBe(0);
    expect(stderr).toContain("left on ");
    expect(stderr).toMatch(/: dependency\n$/);
    expect(list()).toEqual(["dependency"]);
    expect(host.called()).toContain("apt-mark auto dependency");
    host.write("needed", "");
    host.up("remove_packages another more");
    expect(list()).toEqual([]);
  });
  test("that somebody asked for by name meanwhile are theirs", () => {
    installed([]);
    host.up("install_packages owner tool");
    host.stub("apt-mark", "[ $1 != showmanual ] || printf 'tool\\ndependency\\n'");
    host.up("remove_packages owner tool");
    expect(list()).toEqual(["dependency"]);
  });
  test.each([
    ["goes while nobody has taken it into use", "masked", ["bash"]],
    ["stays where its owner has taken it into use", "enabled", ["bash", "dependency", "tool"]],
  ])("whose own unit does not start %s", (_, state, left) => {
    installed(["bash"]);
    host.stub("systemctl", `[ "$1" != is-enabled ] || { echo ${state}; [ ${state} = enabled ]; }`);
    expect(host.up("install_idle owner tool.service tool").status).toBe(0);
    expect(host.called()).toContain("systemctl mask --quiet --no-reload tool.service");
    const { status, stderr } = host.up("remove_idle owner tool.service tool");
    expect([status, list()]).toEqual([0, left]);
    if (state !== "masked") expect(stderr).toMatch(/^tool stays on .* tool\.service, which was masked, is enabled\n$/);
    expect(host.called().includes("systemctl unmask --quiet tool.service")).toBe(state === "masked");
    // Nothing of it is ours by now.
    expect(host.up("remove_idle owner tool.service tool")).toEqual(clean);
    expect(list()).toEqual(left);
  });
  test("in the list of an earlier release count where they came along with what was asked for", () => {
    installed(["bash", "tool", "dependency", "postgresql", "linux-image", "wanted"]);
    host.stub("apt-cache", "[ $1 != depends ] || printf 'tool\\n  Depends: dependency\\ndependency\\nwanted\\n'");
    host.stub("apt-mark", "[ $1 != showauto ] || printf 'dependency\\nlinux-image\\n'");
    host.write("var/lib/keelson/packages/owner", "dependency\nlinux-image\npostgresql\ntool\nwanted\n");
    expect(host.up("has_packages owner tool").status).toBe(0);
    host.up("remove_packages owner tool");
    expect(list()).toEqual(["bash", "linux-image", "postgresql", "wanted"]);
  });
  test("of an earlier release's run that was cut off count in the same way", () => {
    installed(["bash", "tool", "dependency", "postgresql"]);
    host.stub("apt-cache", "[ $1 != depends ] || printf 'tool\\ndependency\\n'");
    host.stub("apt-mark", "[ $1 != showauto ] || printf 'dependency\\n'");
    host.write("var/lib/keelson/packages/owner.before", "bash\n");
    host.up("install_packages owner tool");
    expect(noted()).toEqual(["dependency", "tool"]);
    expect(host.has("var/lib/keelson/packages/owner.before")).toBe(false);
  });
  test("are looked for in newer lists when they cannot be had, though one source of several fails", () => {
    installed(["bash"]);
    host.stub("apt-get", "exit 1");
    const { status, stderr } = host.up("install_packages owner tool");
    expect(status).toBe(1);
    expect(stderr).toContain("not every package source of ");
    expect(stderr).toContain("error: the packages tool could not be installed on ");
    const calls = apt().filter((call) => call.startsWith("apt-get"));
    expect(calls.map((call) => /install tool|update/.exec(call)?.[0])).toEqual([
      "install tool",
      "update",
      "install tool",
    ]);
  });
  test("have their lists brought up to date where these know nothing of them", () => {
    expect(host.up("pkg_available tool || true")).toEqual(clean);
    expect(apt()).toEqual([expect.stringMatching(/ update$/)]);
    host.stub("apt-cache", "echo Package: tool");
    expect(host.up("pkg_available tool")).toEqual(clean);
    expect(apt()).toEqual([]);
  });

  describe("and a lock that another process holds", () => {
    const held = "echo 'E: Could not get lock x. It is held by process 1 (init)' >&2; exit 100";
    const twice = (words: string) =>
      `[ "$(cat '${host.path("tries")}' | wc -l)" -ge 2 ] || { echo >>'${host.path("tries")}'; ${words}; }`;
    beforeEach(() => {
      installed([]);
      host.write("tries", "");
    });
    test("is not what a package says that fails for a reason of its own", () => {
      aptGet("echo 'postinst: Unable to lock the door'; exit 100");
      const { status, stderr } = host.up("install_packages owner tool");
      expect(status).toBe(1);
      expect(stderr).toContain("Unable to lock the door");
      expect(stderr).not.toContain("waiting for a lock");
    });
    test("is waited for by apt", () => {
      aptGet(twice(held));
      const { status, stderr } = host.up("install_packages owner tool");
      expect(status).toBe(0);
      expect(stderr.match(/waiting for a lock: .*process 1 \(init\)/g)).toHaveLength(1);
      expect(list()).toEqual(["dependency", "tool"]);
    });
    test("is waited for by dpkg, which knows no waiting", () => {
      host.stub(
        "dpkg",
        twice("echo 'dpkg: error: dpkg frontend lock was locked by /usr/bin/perl process with pid 1' >&2; exit 2"),
      );
      expect(host.up("install_packages owner tool").status).toBe(0);
      expect(apt().filter((call) => call === "dpkg --configure -a")).toHaveLength(3);
    });
    test("is given up at last, and its owner named", () => {
      aptGet(held);
      host.stub("ps", "echo /sbin/init");
      const script = `${Host.script("script/apt.sh").replace("SECONDS + 300", "SECONDS - 1")}\nup() { install_packages owner tool; }\ndown() { :; }`;
      const { status, stderr } = host.run({ script });
      expect(status).toBe(1);
      expect(stderr).toMatch(/error: packages of .* are locked by process 1 \(\/sbin\/init\): timed out after 300 s/);
      expect(apt().some((call) => call.endsWith(" update"))).toBe(false);
    });
  });
});
