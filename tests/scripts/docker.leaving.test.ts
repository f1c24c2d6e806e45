import { readdirSync } from "node:fs";

import { dockerOn, installedForDocker, readyForDocker } from "./dockerHost";
import type { Host } from "./host";
import { killAtSteps, killer } from "./killer";

let host: Host;
beforeEach(() => (host = readyForDocker()));
afterEach(() => host.remove());

const docker: ReturnType<typeof dockerOn> = (...args) => dockerOn(host)(...args);
const ours = (...names: readonly string[]) => installedForDocker(host, ...names);
const calls = (command: string) => host.called().filter((call) => call.startsWith(command));

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
  test("killed at any of its steps, and all of it is gone after the next run", () => {
    const made = () => {
      docker("up");
      host.write(data, "");
      host.write("proc/sys/net/ipv4/ip_forward", "1\n");
      ours("docker.io", "docker-cli", "containerd");
    };
    host.stub("dpkg-query", `[ $# = 3 ] && printf 'installed docker.io\ninstalled docker-cli\ninstalled containerd\n'`);
    const others = ["remove_packages", "remove_ours", "ip", "iptables_without", "restore_settings"];
    const steps = killAtSteps((step) => {
      made();
      const { status } = docker("down", {}, killer(step, ...others));
      host.called();
      expect(docker("down").status).toBe(0);
      expect({ step, left: host.has("var/lib/docker"), forward: host.read("proc/sys/net/ipv4/ip_forward") }).toEqual({
        ...{ step, left: false, forward: "0\n" },
      });
      return status;
    });
    expect(steps).toBeGreaterThan(5);
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
  test("and is started first where containers have outlived it, for nobody else ends them", () => {
    docker("up");
    for (const name of ["dockerd", "sleep"]) host.stub(name);
    host.stub("pgrep");
    const running = host.path("running");
    host.stub("systemctl", `[ "$1 $2" != "start docker.service" ] || touch '${running}'`);
    host.stub("docker", `[ "$1" != info ] || [ -e '${running}' ]`);
    expect(leave().status).toBe(0);
    const called = host.called();
    expect(called.indexOf("systemctl start docker.service")).toBeLessThan(called.indexOf("docker ps --all --quiet"));
    expect(called).toContain("systemctl start docker.service");
  });
  test("and stays, with its data, where it does not start to end them", () => {
    docker("up");
    host.write(data, "");
    for (const name of ["dockerd", "pgrep"]) host.stub(name);
    host.stub("docker", "exit 1");
    ours("docker.io");
    const { status, stderr } = docker("down", {}, 'wait_for() { shift 2; "$@"; }\n');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /error: containers run on .*, and its Docker, which is to end them, does not answer: see journalctl/,
    );
    expect([host.has(data), host.has("etc/docker/daemon.json")]).toEqual([true, true]);
  });
  test("with what a purged engine had left, which is nobody's", () => {
    for (const file of [
      "overlay2/l/x",
      "network/files/local-kv.db",
      "volumes/metadata.db",
      "image/overlay2/repositories.json",
    ]) {
      host.write(`var/lib/docker/${file}`, "");
    }
    docker("up");
    host.write("var/lib/docker/image/overlay2/imagedb/content/sha256/x", "ours");
    expect(leave().status).toBe(0);
    expect(readdirSync(host.path("var/lib/docker"))).toEqual([]);
  });
  test.each([
    "volumes/mine/_data/x",
    "image/overlay2/imagedb/content/sha256/x",
    "containers/x/config.json",
    "plugins/x/config.json",
    "photos/x",
  ])("without its directory where %s was there", (file) => {
    host.write(`var/lib/docker/${file}`, "");
    docker("up");
    expect(leave().status).toBe(0);
    expect(host.has(`var/lib/docker/${file}`)).toBe(true);
  });
  test.each([
    ["no", "ACCEPT", ["iptables -w 60 -P FORWARD ACCEPT", "ip6tables -w 60 -P FORWARD ACCEPT"]],
    ["yes", "DROP", ["iptables -w 60 -P FORWARD DROP", "ip6tables -w 60 -P FORWARD DROP"]],
    ["yes", "REJECT", []],
  ])("with its policy of forwarding, which is ufw's where that is turned on: %s, %s", (enabled, policy, expected) => {
    docker("up");
    host.write("etc/ufw/ufw.conf", `ENABLED=${enabled}\n`);
    host.write("etc/default/ufw", `IPV6=yes\nDEFAULT_FORWARD_POLICY="${policy}"\n`);
    expect(leave().status).toBe(0);
    expect(host.called().filter((call) => call.includes("-P FORWARD"))).toEqual(expected);
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
  test.each([
    ["at once", "", 0],
    ["by the next run, where the first was cut off", "pkg_installed() { kill -9 $$; }\n", null],
  ])("but for a containerd of ours that somebody has asked for meanwhile, which runs on, %s", (_, preamble, status) => {
    docker("up");
    ours("docker.io", "containerd");
    host.stub("apt-mark", "[ $1 != showmanual ] || printf 'containerd\\ndocker.io\\n'");
    host.stub(
      "dpkg-query",
      `if [ $# = 3 ]; then printf 'installed docker.io\ninstalled containerd\n'; else printf installed; fi`,
    );
    host.called();
    expect(docker("down", {}, preamble).status).toBe(status);
    if (status === null) expect(docker("down").status).toBe(0);
    const called = host.called();
    expect(called).toContain("dpkg --purge docker.io");
    const stopped = called.findIndex((call) => /^systemctl disable .*containerd\.service/.test(call));
    expect(stopped).toBeGreaterThan(-1);
    expect(called.lastIndexOf("systemctl enable --quiet --now containerd.service")).toBeGreaterThan(stopped);
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
