import { dockerKeyDigest } from "../../components/artifacts";
import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host("systemctl", "journalctl")));
afterEach(() => host.remove());

const artifacts = () =>
  ["artifacts/fetch.sh", "artifacts/install.sh", "artifacts/versions.sh"].map((path) => Host.script(path));

const config = "cgroups = @SYSTEMD_CGROUP@\nscores = @RESTRICT_OOM_SCORE_ADJ@\n";
const values = {
  PACKAGES: "distribution",
  KEY_SHA256: "",
  RUNTIME: "containerd",
  PROGRAMS: [],
  CONTAINERD_CONFIG: config,
  ADOPT: "false",
  DATA_ROOT: "/var/lib/docker",
};
const docker = (direction: string, more: Partial<Record<keyof typeof values, string>> = {}) =>
  host.run(
    {
      script: Host.script("docker/docker.sh"),
      uses: [...artifacts(), Host.script("docker/engine.sh"), Host.script("script/found.sh")],
      values: { ...values, ...more },
      files: more.ADOPT === "true" ? [] : [{ path: host.path("etc/docker/daemon.json"), content: "{}" }],
    },
    direction,
  );
const bounding = (set: string) => host.write("proc/self/status", `CapBnd:\t${set}\n`);
/** What has been installed for Docker, and is ours. */
const ours = (...names: readonly string[]) =>
  host.write("var/lib/keelson/installed/docker", names.map((name) => `${name}\n`).join(""));
const calls = (command: string) => host.called().filter((call) => call.startsWith(command));

beforeEach(() => {
  host.stub("docker", "echo systemd");
  for (const name of ["ctr", "ip", "apt-get", "apt-cache", "apt-mark", "dpkg", "iptables", "ip6tables"]) {
    host.stub(name);
  }
  for (const name of ["iptables-save", "ip6tables-save", "umount", "chmod"]) host.stub(name);
  host.stub("dpkg-query", "printf installed");
  host.write("proc/mounts", "");
  bounding("000001ffffffffff");
});

describe("an engine", () => {
  test("has what depends on the machine filled in", () => {
    expect(docker("up").status).toBe(0);
    expect(host.read("etc/containerd/config.toml")).toMatch(/^cgroups = true\nscores = false\n/);
    bounding("000001fffeffffff");
    host.stub("docker", "echo cgroupfs");
    docker("up");
    expect(host.read("etc/containerd/config.toml")).toMatch(/^cgroups = false\nscores = true\n/);
  });
  test("and a containerd that were there get their own settings back", () => {
    host.write("etc/docker/daemon.json", '{ "its": "own" }');
    host.write("etc/containerd/config.toml", "its own\n");
    host.write("var/lib/docker/volumes/x", "");
    expect(docker("up").status).toBe(0);
    expect(docker("up").status).toBe(0);
    expect(host.read("etc/containerd/config.toml")).not.toBe("its own\n");
    host.called();
    expect(docker("down").status).toBe(0);
    expect(host.read("etc/containerd/config.toml")).toBe("its own\n");
    const called = host.called();
    expect(host.read("etc/docker/daemon.json")).toBe('{ "its": "own" }');
    expect(called).toContain("systemctl try-restart docker.service containerd.service");
    expect(called.some((call) => /^(apt-get|dpkg |docker rm)/.test(call))).toBe(false);
    expect(host.has("var/lib/docker/volumes/x")).toBe(true);
  });
  test("that is adopted is used as it is, and stays so", () => {
    host.write("etc/docker/daemon.json", '{ "its": "own" }');
    host.write("var/lib/docker/volumes/x", "");
    const adopted = { ADOPT: "true", RUNTIME: "docker" };
    for (const unit of ["socket", "service"]) host.write(`etc/systemd/system/cri-docker.${unit}`, "");
    host.write("usr/local/bin/cri-dockerd", "");
    expect(docker("up", adopted)).toMatchObject({ status: 0, stderr: "Docker systemd runs\n" });
    expect(calls("systemctl").filter((call) => call.includes(" docker.service"))).toEqual([]);
    // A line that says otherwise later takes nothing from its owner.
    const { status, stderr } = docker("up", { RUNTIME: "docker" });
    expect(status).toBe(1);
    expect(stderr).toContain("leave adopt at true");
    expect(host.read("etc/docker/daemon.json")).toBe('{ "its": "own" }');
    host.called();
    expect(docker("down", adopted)).toEqual(clean);
    const called = host.called();
    expect(
      called.some((call) => /^(apt-get|dpkg |docker |iptables|systemctl (stop|restart|try-restart))/.test(call)),
    ).toBe(false);
    expect(host.read("etc/docker/daemon.json")).toBe('{ "its": "own" }');
    expect(host.has("var/lib/docker/volumes/x")).toBe(true);
  });
  test("of ours is not adopted afterwards", () => {
    docker("up");
    expect(docker("up", { ADOPT: "true" }).stderr).toContain("take adopt out of its line");
  });
});

describe("a client of its own", () => {
  const installs = () =>
    calls("apt-get")
      .map((call) => / install (.*)$/.exec(call)?.[1])
      .filter(Boolean);
  beforeEach(() => host.stub("dpkg-query", "exit 1"));

  test("comes along where the distribution has it, also when apt's lists were empty", () => {
    const known = host.path("known");
    host.stub("apt-get", `case "$*" in *update) touch '${known}' ;; esac`);
    host.stub(
      "apt-cache",
      `[ -e '${known}' ] || exit 0; case $1 in show) echo Package ;; depends) echo '  Recommends: docker-cli'; seq 50000 ;; esac`,
    );
    docker("up");
    expect(installs()).toEqual(["docker.io docker-cli"]);
  });
  test("is not asked for where the engine has it", () => {
    host.stub("apt-cache", "case $1 in show) echo Package ;; depends) echo '  Conflicts: docker-ce-cli' ;; esac");
    docker("up");
    expect(installs()).toEqual(["docker.io"]);
  });
});

describe("Docker's own packages", () => {
  const key = "etc/apt/keyrings/docker.asc";
  const list = "etc/apt/sources.list.d/docker.list";
  const digest = dockerKeyDigest();
  const up = () => docker("up", { PACKAGES: "docker", KEY_SHA256: digest });
  beforeEach(() => {
    host.write("etc/os-release", "ID=debian\nVERSION_CODENAME=trixie\n");
    host.stub("dpkg", "echo amd64");
    // The file that is served, and what it digests to, are this test's own.
    host.stub("curl", `while [ "$1" != --output ]; do shift; done; cat '${host.path("served")}' >"$2"`);
    host.stub("sha256sum", `grep -q right "$1" 2>/dev/null || grep -q right '${host.path(key)}' 2>/dev/null`);
  });

  test("come with the one key that is known, and never with another or an empty one", () => {
    for (const served of ["", "another key"]) {
      host.write("served", served);
      const { status, stderr } = realDigests();
      expect(status).toBe(1);
      expect(stderr).toContain("error: the key of Docker's packages from https://download.docker.com/linux/debian/gpg");
      expect(stderr).toContain(`sha256 expected ${digest}`);
      expect([host.has(key), host.has(list)]).toEqual([false, false]);
    }
  });
  test("get the right key where a wrong one was left, and are not downloaded again", () => {
    host.write(key, "");
    host.write("served", "the right key");
    host.stub(
      "sha256sum",
      `case "$*" in *--check*) grep -qs right '${host.path(key)}' ;; *) cat >/dev/null; echo ${digest} - ;; esac`,
    );
    expect(up().status).toBe(0);
    expect(host.read(key)).toBe("the right key");
    expect(host.read(list)).toContain("debian trixie stable");
    host.called();
    up();
    expect(calls("curl")).toEqual([]);
  });
  test("come from the machine's own source, where it has one", () => {
    host.write("etc/apt/sources.list.d/own.sources", "URIs: https://download.docker.com/linux/debian\n");
    expect(up().status).toBe(0);
    expect(calls("curl")).toEqual([]);
    expect(host.has(list)).toBe(false);
  });
  const realDigests = () => {
    host.up(`rm -f '${host.path("stubs/sha256sum")}'`);
    return up();
  };
});

describe("an engine of ours leaves", () => {
  const data = "var/lib/docker/volumes/x";
  const leave = () => {
    ours("docker.io", "docker-cli", "containerd");
    host.stub("dpkg-query", `[ $# = 3 ] && printf 'installed docker.io\ninstalled docker-cli\ninstalled containerd\n'`);
    host.called();
    return docker("down");
  };
  beforeEach(() => {
    host.write("proc/sys/net/ipv4/ip_forward", "0\n");
    for (const command of ["iptables", "ip6tables"]) host.stub(command, `[ "$1" != -S ] || echo "-P FORWARD ACCEPT"`);
  });

  test("with its data, its packages and its settings of the kernel", () => {
    docker("up");
    host.write(data, "");
    host.write("proc/sys/net/ipv4/ip_forward", "1\n");
    expect(leave().status).toBe(0);
    expect(host.has("var/lib/docker")).toBe(false);
    expect(host.read("proc/sys/net/ipv4/ip_forward")).toBe("0\n");
    const called = host.called();
    expect(called).toContain("dpkg --purge containerd docker-cli docker.io");
    expect(called).toEqual(
      expect.arrayContaining(["iptables -w 60 -P FORWARD ACCEPT", "ip6tables -w 60 -P FORWARD ACCEPT"]),
    );
    expect(called.some((call) => /^systemctl disable .* docker.service containerd.service$/.test(call))).toBe(true);
  });
  test("and leaves data that was there before it, which its package would wipe when purged", () => {
    host.write(data, "");
    docker("up");
    expect(leave().status).toBe(0);
    expect(host.has(data)).toBe(true);
    const called = host.called();
    const wiping = called.findIndex((call) => call.startsWith("chmod -f -x") && call.includes("nuke-graph-directory"));
    expect(wiping).toBeGreaterThanOrEqual(0);
    expect(wiping).toBeLessThan(called.findIndex((call) => call.startsWith("dpkg --purge")));
    expect(called).toContain("docker stop systemd");
    expect(called.some((call) => /^docker (rm|network)/.test(call))).toBe(false);
  });
  test("but for a containerd that was there before it", () => {
    host.write("var/lib/containerd/theirs", "");
    docker("up");
    ours("docker.io");
    host.called();
    expect(docker("down").status).toBe(0);
    const called = calls("systemctl");
    expect(called.some((call) => call.startsWith("systemctl disable") && call.includes("containerd"))).toBe(false);
    expect(called.some((call) => /^systemctl try-restart .*containerd.service$/.test(call))).toBe(true);
    expect(host.has("var/lib/containerd/theirs")).toBe(true);
  });
  test("and unmounts what is its own", () => {
    docker("up");
    host.write(
      "proc/mounts",
      ["overlay overlay2/x/merged overlay", "/dev/sdb volumes ext4", "shm containers/x/mounts/shm tmpfs"]
        .map((line) => line.split(" "))
        .map(([device, path, type]) => `${device} ${host.path(`var/lib/docker/${path}`)} ${type} rw 0 0\n`)
        .join(""),
    );
    leave();
    expect(calls("umount").map((call) => call.split("/var/lib/docker/").slice(1))).toEqual([
      [expect.stringContaining("overlay2/x/merged"), "containers/x/mounts/shm"],
    ]);
  });
});
