import { statSync } from "node:fs";

import { parse } from "yaml";

import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  ["systemctl", "journalctl", "modprobe"].forEach((name) => host.stub(name));
});
afterEach(() => host.remove());

const clean = { status: 0, stdout: "", stderr: "" };

describe("preflight.sh", () => {
  const preflight = (swap = "false", cluster = "an-id") =>
    host.run({
      script: Host.script("machine/preflight.sh"),
      values: { SWAP_ALLOWED: swap, PORTS: ["6443", "10250"], CLUSTER: cluster, STACK_NAME: "prod" },
    });

  beforeEach(() => {
    ["curl", "iptables", "openssl", "tar"].forEach((name) => host.stub(name));
    host.stub("id", "echo 0");
    host.stub("uname", "echo x86_64");
    host.stub("hostname", "echo machine-1");
    host.stub("ss");
    host.write("etc/os-release", "ID=debian\n");
    host.write("proc/swaps", "Filename\n");
    host.write("run/systemd/system/x", "");
  });

  const fit = { ...clean, stdout: "joined no\n" };

  test("finds a machine fit, and asks only once", () => {
    expect(preflight()).toEqual(fit);
    expect(host.has("var/lib/keelson/fit")).toBe(true);
    host.write("etc/os-release", "ID=plan9\n");
    expect(preflight()).toEqual(fit);
  });
  test("says of a machine that has joined that it is a node", () => {
    expect(preflight()).toEqual(fit);
    host.write("etc/kubernetes/kubelet.conf", "");
    expect(preflight()).toEqual({ ...clean, stdout: "joined yes\n" });
  });
  test("says on the machine whose it is, once, and refuses it to every other cluster", () => {
    preflight();
    expect(host.read("var/lib/keelson/cluster")).toBe("an-id prod\n");
    const { status, stderr } = preflight("false", "another");
    expect(status).toBe(1);
    expect(stderr).toContain('it is of the cluster of stack "prod" (an-id), and not of this one (another)');
    expect(host.read("var/lib/keelson/cluster")).toBe("an-id prod\n");
    expect(preflight()).toEqual(clean);
  });
  test("names the cluster on a machine of an earlier release", () => {
    host.write("var/lib/keelson/fit", "");
    expect(preflight()).toEqual(clean);
    expect(host.read("var/lib/keelson/cluster")).toBe("an-id prod\n");
  });
  test("names everything that is wrong at once, and changes nothing", () => {
    host.stub("id", "echo 1000");
    host.stub("uname", "echo riscv64");
    host.stub("hostname", "echo Machine-1");
    host.stub("ss", `[ "$2" != "sport = :6443" ] || echo 'LISTEN  0  128  *:6443'`);
    host.write("etc/os-release", "ID=plan9\n");
    host.write("proc/swaps", "Filename\n/swapfile file 1 0 -2\n");
    host.write("etc/kubernetes/admin.conf", "");
    const { status, stdout, stderr } = preflight();
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    const faults = [
      "as root",
      "'plan9'",
      "riscv64",
      "capitals",
      "swap is on",
      "admin.conf is there",
      "port 6443 is in use",
    ];
    expect(stderr.split("\n").filter((line) => line.startsWith("  - "))).toEqual(
      faults.map((fault) => expect.stringContaining(fault) as unknown),
    );
    expect(host.has("var/lib/keelson")).toBe(false);
  });
  test("lets swap be where it is allowed", () => {
    host.write("proc/swaps", "Filename\n/swapfile file 1 0 -2\n");
    expect(preflight("true")).toEqual(fit);
  });
});

describe("kubelet.sh", () => {
  const values = {
    RUNTIME: "docker",
    PROGRAMS: [],
    IMAGES: [],
    KUBELET_CONFIG: "kind: KubeletConfiguration\n",
    KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml",
    NAMESERVERS: [] as string[],
    ALLOCATABLE_MILLICPU: 0,
    ALLOCATABLE_BYTES: 0,
  };
  const configuration = (more: Partial<Record<keyof typeof values, string | number | string[]>> = {}) => {
    const uses = [Host.script("docker/cgroup.sh"), Host.script("kubelet/kubelet.sh")];
    const result = host.up("detected_configuration", { uses, values: { ...values, ...more } });
    return { ...result, stdout: result.status === 0 ? (parse(result.stdout) as unknown) : undefined };
  };
  const gibibyte = 1024 ** 3;

  beforeEach(() => {
    host.stub("docker", "echo systemd");
    host.stub("nproc", "echo 4");
    host.write("proc/meminfo", `MemTotal: ${(8 * gibibyte) / 1024} kB\nMemFree: 1 kB\n`);
    host.write("sys/fs/cgroup/cgroup.controllers", "");
    host.write("etc/resolv.conf", "nameserver 192.0.2.53\n");
  });

  test("adds what only the machine knows", () => {
    expect(configuration().stdout).toEqual({
      kind: "KubeletConfiguration",
      cgroupDriver: "systemd",
      resolvConf: host.path("etc/resolv.conf"),
    });
  });
  test("has the cgroup driver that Docker will have, also before its turn to restart", () => {
    host.write("etc/docker/daemon.json", '{ "exec-opts": ["native.cgroupdriver=cgroupfs"] }');
    expect(configuration().stdout).toMatchObject({ cgroupDriver: "cgroupfs" });
    expect(host.called()).not.toContain("docker info --format {{.CgroupDriver}}");
  });
  test("reserves all but what pods may have", () => {
    expect(configuration({ ALLOCATABLE_MILLICPU: 1500, ALLOCATABLE_BYTES: 2 * gibibyte }).stdout).toMatchObject({
      systemReserved: { cpu: "2500m", memory: String(6 * gibibyte - 100 * 1024 ** 2) },
    });
    expect(configuration({ ALLOCATABLE_MILLICPU: 4000 }).stdout).toMatchObject({ systemReserved: { cpu: "0m" } });
  });
  test("says how much a machine has that has less than pods may have", () => {
    expect(configuration({ ALLOCATABLE_MILLICPU: 4001 }).stderr).toMatch(
      /allocatable\.cpu is 4001m, but .* has 4 cores/,
    );
    expect(configuration({ ALLOCATABLE_BYTES: 8 * gibibyte }).stderr).toContain("allocatable.memory is");
  });
  test("gives pods no resolv.conf that leads to themselves", () => {
    host.write("etc/resolv.conf", "nameserver 127.0.0.11\n");
    expect(configuration().stderr).toContain("set resolvConf in kubernetes.kubelet.configuration");
    const own = host.path("etc/kubernetes/resolv.conf");
    expect(configuration({ NAMESERVERS: ["192.0.2.1", "192.0.2.2"] }).stdout).toMatchObject({ resolvConf: own });
    expect(host.read("etc/kubernetes/resolv.conf")).toBe("nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
    const asked = "kind: KubeletConfiguration\nresolvConf: /run/asked\n";
    expect(configuration({ KUBELET_CONFIG: asked }).stdout).toMatchObject({ resolvConf: host.path("run/asked") });
    host.write("run/systemd/resolve/resolv.conf", "nameserver 192.0.2.53\n");
    expect(configuration().stdout).toMatchObject({ resolvConf: host.path("run/systemd/resolve/resolv.conf") });
  });
  test("knows an old kernel's control groups", () => {
    host.up(`rm '${host.path("sys/fs/cgroup/cgroup.controllers")}'`);
    expect(configuration().stdout).toMatchObject({ failCgroupV1: false });
  });
  test("lets root alone read what it tells the kubelet", () => {
    for (const name of ["docker", "cri-dockerd"]) host.stub(name, "echo systemd");
    const uses = ["docker/cgroup.sh", "kubelet/unit.sh", "artifacts/fetch.sh", "artifacts/install.sh"];
    for (const setting of [
      "net/bridge/bridge-nf-call-iptables",
      "net/bridge/bridge-nf-call-ip6tables",
      "net/ipv4/ip_forward",
    ])
      host.write(`proc/sys/${setting}`, "1\n");
    const { status } = host.run({
      script: Host.script("kubelet/kubelet.sh"),
      uses: uses.map((path) => Host.script(path)),
      values,
    });
    expect(status).toBe(0);
    expect(statSync(host.path("etc/kubernetes/kubelet-config.yaml")).mode & 0o777).toBe(0o600);
  });
  test("gives the kernel its settings back", () => {
    const uses = [Host.script("docker/cgroup.sh"), Host.script("kubelet/kubelet.sh")];
    const settings = [
      "net/bridge/bridge-nf-call-iptables",
      "net/bridge/bridge-nf-call-ip6tables",
      "net/ipv4/ip_forward",
    ];
    const now = () => settings.map((setting) => host.read(`proc/sys/${setting}`).trim());
    settings.forEach((setting, index) => host.write(`proc/sys/${setting}`, `${index % 2}\n`));
    expect(host.up("configure_kernel; configure_kernel", { uses, values })).toEqual(clean);
    expect(now()).toEqual(["1", "1", "1"]);
    expect(host.run({ script: Host.script("kubelet/kubelet.sh"), uses: artifacts(), values }, "down").status).toBe(0);
    expect(now()).toEqual(["0", "1", "0"]);
  });
});

const artifacts = () => ["artifacts/fetch.sh", "artifacts/install.sh"].map((path) => Host.script(path));

describe("docker.sh", () => {
  const config = "cgroups = @SYSTEMD_CGROUP@\nscores = @RESTRICT_OOM_SCORE_ADJ@\n";
  const values = { PACKAGES: "distribution", RUNTIME: "containerd", PROGRAMS: [], CONTAINERD_CONFIG: config };
  const docker = (direction: string) => {
    const files = [{ path: host.path("etc/docker/daemon.json"), content: "{}" }];
    return host.run(
      {
        script: Host.script("docker/docker.sh"),
        uses: [...artifacts(), Host.script("docker/cgroup.sh")],
        values,
        files,
      },
      direction,
    );
  };
  const bounding = (set: string) => host.write("proc/self/status", `CapBnd:\t${set}\n`);

  beforeEach(() => {
    host.stub("docker", "echo systemd");
    for (const name of ["ctr", "ip", "apt-get", "apt-cache", "dpkg", "iptables"]) host.stub(name);
    host.stub("dpkg-query", "echo installed");
    bounding("000001ffffffffff");
  });

  test("fills in what depends on the machine", () => {
    expect(docker("up").status).toBe(0);
    expect(host.read("etc/containerd/config.toml")).toMatch(/^cgroups = true\nscores = false\n/);
    bounding("000001fffeffffff");
    host.stub("docker", "echo cgroupfs");
    docker("up");
    expect(host.read("etc/containerd/config.toml")).toMatch(/^cgroups = false\nscores = true\n/);
  });
  test("gives an engine and a containerd that were there their own settings back", () => {
    host.write("etc/docker/daemon.json", '{ "its": "own" }');
    host.write("etc/containerd/config.toml", "its own\n");
    expect(docker("up").status).toBe(0);
    expect(docker("up").status).toBe(0);
    expect(host.read("etc/containerd/config.toml")).not.toBe("its own\n");
    host.called();
    expect(docker("down").status).toBe(0);
    expect(host.read("etc/containerd/config.toml")).toBe("its own\n");
    const calls = host.called();
    expect(host.read("etc/docker/daemon.json")).toBe('{ "its": "own" }');
    expect(calls).toContain("systemctl try-restart docker.service containerd.service");
    expect(calls.some((call) => call.startsWith("apt-get"))).toBe(false);
  });
});
