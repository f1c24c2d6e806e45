import { TestMachine } from "../support/machine";
import { nameserverLines, OwnMachines } from "../support/ownMachines";
import { TestStack } from "../support/stack";

const name = "e2e-ssh";
let own: OwnMachines;
let stack: TestStack;
let before: readonly Snapshot[];
const names = ["node-a", "node-b", "node-c"];
const machines = names.map((machine) => new TestMachine(`keelson-${name}-${machine}`));
const [master = new TestMachine(""), , last = master] = machines;

/** Where packages and their caches leave their marks, on every machine where any was ever installed and removed. */
const exceptions = [
  "/var/lib/apt",
  "/var/lib/dpkg",
  "/var/lib/systemd",
  "/var/lib/pam",
  "/var/lib/ucf",
  "/etc/ld.so.cache",
  // Users and groups that packages made stay, as Debian's policy has it.
  ...["group", "gshadow", "passwd", "shadow", "subgid", "subuid"].flatMap((file) => [`/etc/${file}`, `/etc/${file}-`]),
];

interface Snapshot {
  readonly files: string;
  readonly units: string;
  readonly links: string;
  readonly rules: string;
  readonly routes: string;
  readonly settings: string;
  readonly packages: string;
}

const listed = (of: readonly string[]) =>
  own.machines
    .filter((machine) => of.includes(machine.name))
    .map((machine) => ({ ...machine, roles: machine.name === "node-a" ? ["master", "etcd"] : ["worker"] }));

/** Everything on a machine that a cluster could leave behind. */
function snapshot(machine: TestMachine): Snapshot {
  const prune = exceptions.map((path) => `-path ${path}`).join(" -o ");
  return {
    files: machine.run(
      `find /etc /opt /usr/local /var/lib \\( ${prune} -o -path /opt/keelson/bundle \\) -prune -o \\( -type f -printf '%p %m %u ' -exec sh -c 'sha256sum <"$1"' sh {} \\; -o -printf '%p %y %m %u %l\\n' \\) | sort`,
    ),
    units: machine.run(
      "systemctl list-unit-files --no-legend --no-pager | sort; systemctl list-units --failed --no-legend --plain",
    ),
    links: machine.run("ip -o link | awk -F': ' '{print $2}' | sort"),
    // Policies of chains, too: Docker and kube-proxy change those of both families.
    rules: machine.run(
      "for table in iptables ip6tables; do $table-save | grep -E '^[-:*]' | sed 's/ \\[.*//' | grep -vxE '\\*(nat|mangle|raw|filter)|:[A-Z]+ ACCEPT' | sed \"s/^/$table /\" | sort; done",
    ),
    routes: machine.run("ip route | sort"),
    settings: machine.run(
      "sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv6.conf.default.forwarding net.ipv4.conf.all.route_localnet; ls -A /run/keelson 2>/dev/null || true; ps -eo comm= | grep -E 'kube|etcd|docker|containerd|flannel' || true",
    ),
    packages: machine.run("dpkg-query -W -f '${db:Status-Status} ${Package}\\n' | sort"),
  };
}

beforeAll(() => {
  own = new OwnMachines(name, "172.31.242", names);
  for (const machine of machines) machine.run(`printf '%s\\n' '${nameserverLines()}' >/etc/own-resolv.conf`);
  for (const machine of machines) {
    machine.run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done");
  }
  // As most machines begin: those that forward no packets, and the one with a disk of its own for pods.
  for (const machine of machines) machine.run("sysctl -qw net.ipv4.ip_forward=0");
  last.run("mkdir /var/lib/kubelet; mount -t tmpfs tmpfs /var/lib/kubelet");
  before = machines.map(snapshot);
  stack = new TestStack(name, {
    provider: "ssh",
    machines: listed(names),
    kubernetes: { runtime: "containerd", kubelet: { configuration: { resolvConf: "/etc/own-resolv.conf" } } },
    artifacts: { source: "bundle" },
    workloads: { nginx: { replicas: 2 } },
  });
});

afterAll(async () => {
  await stack.remove();
  own.remove();
});

describe("machines that were there before the cluster and stay after it", () => {
  test("carry a cluster on containerd", async () => {
    const { output } = await stack.succeed("up");
    expect(output).toContain("nginx answers at http://172.31.242.11:30080 (200)");
    const runtimes = master.kubectl("get nodes -o 'jsonpath={.items[*].status.nodeInfo.containerRuntimeVersion}'");
    expect(runtimes).toMatch(/^(containerd:\/\/\S+ ?){3}$/);
    expect(master.run("docker info --format {{.ServerVersion}}")).toMatch(/^\d+\./);
  });

  test("resolve names and reach each other's pods", () => {
    const page = master.kubectl("exec nginx-test -- wget -q -O - http://nginx.default.svc.cluster.local");
    expect(page).toContain("Welcome to nginx");
    const addresses = master.kubectl("get pods -l app=web -o 'jsonpath={.items[*].status.podIP}'").split(" ");
    expect(addresses).toHaveLength(3);
    for (const address of addresses) {
      expect(master.run(`curl -sf --max-time 10 http://${address}`)).toContain("Welcome");
    }
  });

  const asFound = (machine: TestMachine, then: Snapshot | undefined) => {
    const now = snapshot(machine);
    for (const aspect of ["files", "units", "links", "rules", "routes", "settings", "packages"] as const) {
      expect(now[aspect].split("\n")).toEqual(then?.[aspect].split("\n"));
    }
  };

  test("are left as they were found, one that leaves alone", async () => {
    stack.change({ machines: listed(["node-a", "node-b"]) });
    await stack.succeed("up");
    asFound(last, before[2]);
  });

  test("are left as they were found, all of them", async () => {
    await stack.succeed("destroy");
    machines.forEach((machine, index) => asFound(machine, before[index]));
  });
});
