import { dockerKeyDigest } from "../../components/artifacts";
import { bounding, dockerOn, installedForDocker, readyForDocker } from "./dockerHost";
import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = readyForDocker()));
afterEach(() => host.remove());

const docker: ReturnType<typeof dockerOn> = (...args) => dockerOn(host)(...args);
const calls = (command: string) => host.called().filter((call) => call.startsWith(command));

describe("an engine", () => {
  test("has what depends on the machine filled in", () => {
    expect(docker("up").status).toBe(0);
    expect(host.read("etc/containerd/config.toml")).toMatch(/^cgroups = true\nscores = false\n/);
    bounding(host, "000001fffeffffff");
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
  test.each([
    ["that its package starts on our settings does not restart", false],
    ["that ran before it was ours restarts on them", true],
  ])("%s", (_, ran) => {
    const there = host.path("there");
    if (ran) host.write("there", "");
    host.stub("dpkg-query", `[ ! -e '${there}' ] || printf installed`);
    host.stub("apt-get", `touch '${there}'`);
    host.stub("systemctl", `[ "$1" != is-active ] || [ -e '${there}' ]`);
    expect(docker("up").status).toBe(0);
    const called = host.called();
    expect(called.some((call) => call.startsWith("apt-get"))).toBe(!ran);
    expect(called.includes("systemctl restart docker.service")).toBe(ran);
    // What it runs on is known from then on.
    docker("up");
    expect(calls("systemctl restart docker.service")).toEqual([]);
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

/** Waiting has been too long already. */
const late = Host.script("script/lib.sh")
  .match(/^wait_for\(\) \{\n.*?^\}\n/ms)?.[0]
  .replace("SECONDS + $1", "SECONDS - 1");

describe("a daemon that does not answer", () => {
  beforeEach(() => host.stub("timeout", `shift; [ "$1" != docker ] || exit 124; exec "$@"`));

  test.each([
    ["that is ours", {}],
    ["that is adopted", { ADOPT: "true" }],
  ])("is waited for until it is too late, and named, where its client would wait for ever: one %s", (_, more) => {
    host.stub("docker", '[ "$1" != info ] || exec sleep 20');
    const { status, stderr } = docker("up", more, late);
    expect(status).toBe(1);
    expect(stderr).toContain("timed out after 60 s waiting for Docker's daemon to answer");
  });
  test("is waited for no longer either when it leaves", () => {
    expect(docker("up", {}, late).status).toBe(1);
    installedForDocker(host, "docker.io");
    host.called();
    expect(docker("down").status).toBe(0);
    expect(calls("docker ")).toEqual([]);
  });
});

test("no cgroup driver is known where the client has no word of it, though it calls that a success", () => {
  host.stub("docker", "echo");
  const { status, stderr } = docker("up", {}, late);
  expect(status).toBe(1);
  expect(stderr).toContain("does not say which cgroup driver it has: see docker info there");
  expect(host.has("etc/containerd/config.toml")).toBe(false);
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
