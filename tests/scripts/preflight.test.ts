import { rmSync } from "node:fs";

import { Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

const clean = { status: 0, stdout: "joined no\n", stderr: "" };
const values = {
  CLUSTER: "an-id prod",
  SWAP_ALLOWED: "false",
  PORTS: ["6443 kube-apiserver", "10257 kube-controller-manager", "10250 kubelet", "2379 etcd"],
  ROLES: ["master", "etcd"],
  ADDRESS: "192.0.2.11",
  ADOPT: "false",
  DOCKER_PACKAGES: "distribution",
  DISK_PERCENT: "85",
};
const preflight = (more: Partial<Record<keyof typeof values, string | string[]>> = {}) =>
  host.run({
    script: Host.script("machine/preflight.sh"),
    uses: [Host.script("machine/fitness.sh"), Host.script("machine/engines.sh")],
    values: { ...values, ...more },
  });
/** The faults that were found, without the words around them. */
const faults = (more: Parameters<typeof preflight>[0] = {}) => {
  const { status, stderr } = preflight(more);
  const found = stderr.split("\n").filter((line) => line.startsWith("  - "));
  expect(status).toBe(found.length > 0 ? 1 : 0);
  // Nothing was changed on it, nor is it known as fit.
  if (found.length > 0) expect(host.has("var/lib/keelson")).toBe(false);
  return found.map((line) => line.slice(4));
};
const containing = (texts: readonly string[]) => texts.map((text) => expect.stringContaining(text) as unknown);

beforeEach(() => {
  for (const name of ["curl", "iptables", "openssl", "tar", "ss", "modprobe", "losetup"]) host.stub(name);
  host.stub("id", "echo 0");
  host.stub("uname", "echo x86_64");
  host.stub("hostname", "echo machine-1");
  host.stub("nproc", "echo 2");
  host.stub("df", "printf 'Filesystem 1024-blocks Used Available Capacity Mounted\\n/dev/x 9 9 9000000 40%% /\\n'");
  host.stub(
    "ip",
    `case "$*" in *"to 192.0.2.11") echo '2: eth0 inet 192.0.2.11/24' ;; *scope*) echo '2: eth0 inet 192.0.2.7/24' ;; esac`,
  );
  installed("docker.io");
  // These may be on the computer that runs the tests.
  for (const name of ["docker", "dockerd", "ctr", "podman"]) absent(name);
  host.write("etc/os-release", "ID=debian\n");
  host.write("proc/swaps", "Filename\n");
  host.write("proc/meminfo", "MemTotal: 2000000 kB\n");
  host.write("proc/sys/net/bridge/bridge-nf-call-iptables", "1\n");
  host.write("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
  host.write("run/systemd/system/x", "");
});

const installed = (name: string) => host.stub("dpkg-query", `[ "$4" = ${name} ] && printf installed`);
const absent = (name: string) => host.stub(name, "exit 127");

describe("a machine", () => {
  test("is found fit, and is asked only once", () => {
    expect(preflight()).toEqual(clean);
    expect(host.has("var/lib/keelson/fit")).toBe(true);
    host.write("etc/os-release", "ID=plan9\n");
    host.stub("nproc", "echo 1");
    expect(preflight()).toEqual(clean);
  });
  test("is asked again where it is to do more than it was found fit for", () => {
    host.stub("nproc", "echo 1");
    for (const run of ["first", "second"]) expect([run, preflight({ ROLES: ["etcd"] })]).toEqual([run, clean]);
    host.write("proc/swaps", "Filename\n/swapfile file 1 0 -2\n");
    host.write("etc/cni/net.d/10-other.conflist", "{}");
    const { status, stderr } = preflight({ ROLES: ["worker", "etcd"] });
    expect([status, stderr.match(/^ {2}- /gm)?.length]).toEqual([1, 2]);
    expect(stderr).toMatch(/swap is on: .*\n.*10-other.conflist is there/);
    host.write("proc/swaps", "Filename\n");
    rmSync(host.path("etc/cni"), { recursive: true });
    expect(preflight({ ROLES: ["worker", "etcd"] })).toEqual(clean);
    // A node at work is as full as its kubelet lets it be.
    host.stub("df", "printf 'Filesystem 1024-blocks Used Available Capacity Mounted\\n/dev/x 9 9 1100000 90%% /\\n'");
    expect(preflight({ ROLES: ["worker"] })).toEqual(clean);
    expect(preflight({ ROLES: ["worker", "etcd"] })).toEqual(clean);
    // Earlier releases did not write down for what.
    host.write("var/lib/keelson/fit", "");
    expect(preflight({ ROLES: ["master"] })).toEqual(clean);
  });
  test("hears of everything that is wrong at once, and nothing is changed on it", () => {
    host.stub("id", "echo 1000");
    host.stub("uname", "echo riscv64");
    host.stub("hostname", "echo Machine-1");
    host.stub("ss", `[ "$2" != "sport = :6443" ] || echo 'LISTEN  0  128  *:6443'`);
    host.stub("nproc", "echo 1");
    host.write("etc/os-release", "ID=plan9\n");
    host.write("proc/swaps", "Filename\n/swapfile file 1 0 -2\n");
    host.write("proc/meminfo", "MemTotal: 1000000 kB\n");
    host.write("etc/kubernetes/admin.conf", "");
    host.write("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids\n");
    expect(faults({ ADDRESS: "192.0.2.99" })).toEqual(
      containing([
        ...["as root", "'plan9'", "riscv64", "capitals", "it has 1 core: a master needs 2", "976 MiB of memory"],
        ...["the control group memory is off", "swap is on", "no interface has the address 192.0.2.99"],
        ...["admin.conf is there", "port 6443 is in use"],
      ]),
    );
  });
  test("may have swap where that is allowed", () => {
    host.write("proc/swaps", "Filename\n/swapfile file 1 0 -2\n");
    expect(preflight({ SWAP_ALLOWED: "true" })).toEqual(clean);
  });
  test("that is no master needs no two cores, and one that is no node no cgroups", () => {
    host.stub("nproc", "echo 1");
    expect(faults({ ROLES: ["worker"] })).toEqual([]);
    rmSync(host.path("var"), { recursive: true });
    host.write("sys/fs/cgroup/cgroup.controllers", "");
    expect(faults({ ROLES: ["etcd"] })).toEqual([]);
  });
  test("has room", () => {
    host.stub("df", "printf 'Filesystem 1024-blocks Used Available Capacity Mounted\\n/dev/x 9 9 999999 91%% /\\n'");
    expect(faults()).toEqual(
      containing(["976 MiB are free at", "976 MiB are free at", "is 91% full: the kubelet takes no pods"]),
    );
    expect(faults({ DISK_PERCENT: "100" })).toHaveLength(2);
  });
  test("has what the kubelet and the pod network need of its kernel, whatever its version of cgroups", () => {
    rmSync(host.path("proc/sys/net"), { recursive: true });
    host.stub("modprobe", "exit 1");
    expect(faults()).toEqual(containing(["no br_netfilter"]));
    host.stub("modprobe");
    rmSync(host.path("sys/fs/cgroup/cgroup.controllers"));
    for (const name of ["cpu", "cpuset", "pids"]) host.write(`sys/fs/cgroup/${name}/x`, "");
    expect(faults()).toEqual(containing(["the control group memory is off"]));
    host.write("sys/fs/cgroup/memory/x", "");
    expect(faults()).toEqual([]);
  });
  test("has no network and no pods of others that the kubelet would take", () => {
    host.write("etc/cni/net.d/87-podman-bridge.conflist", "");
    host.write("etc/kubernetes/manifests/own.yaml", "");
    expect(faults({ ROLES: ["worker"] })).toEqual(
      containing(["87-podman-bridge.conflist is there: pods would get that network", "own.yaml is there"]),
    );
    expect(faults()).toHaveLength(1);
    expect(faults({ ROLES: ["etcd"] })).toEqual([]);
  });
  test("has no kubelet of others, whose settings systemd would add to the cluster's own", () => {
    host.write("etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "");
    expect(faults()).toEqual(
      containing(["kubelet.service.d/10-kubeadm.conf is there: it would change how this cluster's"]),
    );
    expect(faults({ ROLES: ["etcd"] })).toEqual([]);
  });
});

describe("a machine that is one of the cluster's already", () => {
  const listening = (...lines: readonly (readonly [number, string])[]) =>
    host.stub(
      "ss",
      `case $2 in ${lines.map(([port, name]) => `"sport = :${port}") echo 'LISTEN 0 9 *:${port} users:(("${name}",pid=1,fd=3))' ;;`).join(" ")} esac`,
    );
  const putThere = (unit: string) => `var/lib/keelson/found${host.path(`etc/systemd/system/${unit}.service`)}.none`;
  const again = (more: Parameters<typeof preflight>[0] = {}) => preflight(more).stderr;
  const worker = () => {
    expect(preflight({ ROLES: ["worker"] }).status).toBe(0);
    host.write(putThere("kubelet"), "");
    for (const path of ["kubelet.conf", "../../var/lib/kubelet/pki/x"]) host.write(`etc/kubernetes/${path}`, "");
  };

  test("has what the cluster put there", () => {
    worker();
    listening([10250, "kubelet"]);
    expect(again()).toBe("");
    for (const path of ["var/lib/keelson/master", putThere("etcd")]) host.write(path, "");
    host.write("etc/kubernetes/admin.conf", "");
    listening([10250, "kubelet"], [6443, "kube-apiserver"], [10257, "kube-controller"], [2379, "etcd"]);
    expect(again()).toBe("");
  });
  test("does not get what another has in its place by now", () => {
    worker();
    listening([10250, "nc"], [2379, "etcd"]);
    host.write("etc/kubernetes/pki/ca.key", "");
    const said = again();
    expect(said.match(/TCP port \d+ is in use/g)).toEqual(["TCP port 10250 is in use", "TCP port 2379 is in use"]);
    expect(said).toContain("pki/ca.key is there: this machine belongs to another cluster");
    expect(said).not.toContain("kubelet.conf is there");
  });
});

describe("an engine at work", () => {
  const docker = (facts: string, volumes = 0) =>
    host.stub("docker", `case $1 in info) echo '${facts}' ;; volume) seq ${volumes} ;; esac`);
  const way = "or set adopt to true in the machine's line to have its own Docker Engine used as it is";

  test("that has nothing is no hindrance", () => {
    docker("0 0 inactive");
    expect(faults()).toEqual([]);
  });
  test.each([
    ["containers and images", "3 5 inactive", 0, "3 containers, 5 images and 0 volumes"],
    ["volumes", "0 0 inactive", 2, "0 containers, 0 images and 2 volumes"],
    ["a swarm", "0 0 active", 0, "0 containers, 0 images and 0 volumes, in a swarm"],
  ])("with %s is refused, unless it is adopted", (_, facts, volumes, finding) => {
    docker(facts, volumes);
    expect(faults()).toEqual([`Docker is at work here, with ${finding}: take that away, ${way}`]);
    expect(faults({ ADOPT: "true" })).toEqual([]);
  });
  test("that does not run, but has data, is refused", () => {
    host.write("var/lib/docker/volumes/metadata.db", "");
    host.write("var/lib/docker/containers/.keep", "");
    rmSync(host.path("var/lib/docker/containers/.keep"));
    expect(faults()).toEqual([]);
    rmSync(host.path("var/lib/keelson"), { recursive: true });
    host.write("var/lib/docker/volumes/x/_data/y", "");
    const { stderr } = preflight();
    expect(stderr).toContain("var/lib/docker has containers, volumes or images of a Docker that does not run");
    rmSync(host.path("var/lib/docker"), { recursive: true });
    const elsewhere = host.path("srv/docker");
    host.write("etc/docker/daemon.json", `{\n  "data-root": "${elsewhere}"\n}\n`);
    expect(faults()).toEqual([]);
    rmSync(host.path("var/lib/keelson"), { recursive: true });
    host.write("srv/docker/containers/x/y", "");
    expect(faults()).toEqual(containing([`${elsewhere} has containers, volumes or images of a Docker`]));
  });
  test("of another publisher is refused", () => {
    docker("0 0 inactive");
    installed("docker-ce");
    expect(faults()).toEqual(containing(["docker-ce is installed, and docker.packages asks for docker.io"]));
    expect(faults({ DOCKER_PACKAGES: "docker" })).toEqual([]);
    rmSync(host.path("var"), { recursive: true });
    installed("none");
    expect(faults()).toEqual(containing(["dockerd is of no package docker.io"]));
  });
  test("is there where it is to be adopted", () => {
    absent("docker");
    expect(faults({ ADOPT: "true" })).toEqual(containing(["adopt is true, and no Docker Engine answers here"]));
  });
  test("may be containerd alone, or Podman", () => {
    docker("0 0 inactive");
    host.stub(
      "ctr",
      `case "$*" in "namespaces ls"*) printf 'moby\\nplugins.moby\\ndefault\\nempty\\n' ;; *default*containers*) echo c ;; esac`,
    );
    host.stub("podman", "echo a; echo b");
    expect(faults()).toEqual([
      `containerd is at work here, in the namespaces default: take that away, ${way}`,
      `Podman is at work here, with 2 containers: take that away, ${way}`,
    ]);
    expect(faults({ ADOPT: "true" })).toEqual([]);
  });
});
