import type { ScriptFile } from "../../components/script";
import type { ScriptParts } from "../../components/script/compose";
import { Host } from "./host";
import { filesBelow, killAtSteps, killer } from "./killer";

jest.setTimeout(300_000);
let host: Host;
beforeEach(() => {
  host = new Host();
  for (const name of [
    "journalctl",
    "docker",
    "ip",
    "modprobe",
    "curl",
    "socat",
    "systemd-analyze",
    "umount",
    "chmod",
  ]) {
    host.stub(name);
  }
  for (const name of ["iptables", "ip6tables", "iptables-save", "ip6tables-save"]) host.stub(name);
  // A packet filter without chains of kube-proxy.
  host.stub("iptables", '[[ "$*" != *" -S "* ]]');
  for (const name of ["apt-get", "apt-cache", "apt-mark", "dpkg", "ctr"]) host.stub(name);
  host.stub("docker", "echo systemd");
  host.stub("ip", "echo '2: eth0 inet 192.0.2.1/24'");
  host.stub("dpkg-query", "printf installed");
  // A unit runs on its settings as they were when it was started, or read them again.
  host.stub(
    "systemctl",
    `unit=\${@: -1}; running='${host.path("running")}'
    case $1 in
    is-active) [ -e "$running/$unit" ] ;;
    stop) rm -f "$running/$unit" ;;
    restart | reload) mkdir -p "$running"; cat '${host.path("etc/settings")}' >"$running/$unit" ;;
    esac`,
  );
  host.stub("pgrep", "exit 1");
  host.write("proc/mounts", "");
  host.write("proc/self/status", "CapBnd:\t000001ffffffffff\n");
  host.write("proc/meminfo", "MemTotal: 8000000 kB\n");
  host.write("sys/fs/cgroup/cgroup.controllers", "");
  host.write("etc/resolv.conf", "nameserver 192.0.2.53\n");
  for (const program of ["sbin/haproxy", "sbin/keepalived", "bin/kubelet"]) host.write(`usr/local/${program}`, "");
  for (const name of ["bridge/bridge-nf-call-iptables", "bridge/bridge-nf-call-ip6tables", "ipv4/ip_forward"]) {
    host.write(`proc/sys/net/${name}`, "0\n");
  }
});
afterEach(() => host.remove());

interface Case {
  readonly path: string;
  readonly uses: readonly string[];
  readonly values: ScriptParts["values"];
  readonly files: readonly string[];
  /** What has happened on the machine before. */
  readonly before?: () => void;
}

const install = ["fetch", "install", "versions", "images"].map((name) => `artifacts/${name}.sh`);
const kubelet = {
  path: "kubelet/kubelet.sh",
  uses: [
    ...install,
    "docker/engine.sh",
    "script/found.sh",
    "kubelet/leave.sh",
    "kubelet/unit.sh",
    "kubelet/request.sh",
    "kubelet/serving.sh",
  ],
  values: {
    ...{ RUNTIME: "docker", CRI_SOCKET: "unix:///run/cri.sock", PROGRAMS: [], IMAGES: [], NAMESERVERS: [] },
    ...{ KUBELET_CONFIG: "setting: @SETTING@\n", KUBELET_CONFIG_FILE: "/etc/kubernetes/kubelet-config.yaml" },
    ...{ ALLOCATABLE_MILLICPU: 0, ALLOCATABLE_BYTES: 0, RESERVED_MILLICPU: 0, RESERVED_MEMORY: [] },
  },
  files: ["/etc/systemd/system/kubelet.service", "/etc/sysctl.d/99-zz-keelson.conf"],
};
const docker = {
  path: "docker/docker.sh",
  uses: [...install, "docker/engine.sh", "script/found.sh"],
  values: {
    PACKAGES: "distribution",
    KEY_SHA256: "",
    RUNTIME: "containerd",
    PROGRAMS: [],
    CONTAINERD_CONFIG: "x = @SETTING@\n",
    ADOPT: "false",
    DATA_ROOT: "/var/lib/docker",
  },
  files: ["/etc/docker/daemon.json"],
};
const joined = () => host.write("etc/kubernetes/kubelet.conf", "kubelet-client-current.pem\n");
const cases: readonly Case[] = [
  docker,
  { ...docker, before: joined },
  kubelet,
  { ...kubelet, before: joined },
  {
    path: "endpoint/proxy.sh",
    uses: [],
    values: { CONFIG_FILE: "/etc/keelson/haproxy.cfg" },
    files: ["/etc/keelson/haproxy.cfg", "/etc/systemd/system/keelson-api-proxy.service"],
  },
  {
    path: "endpoint/virtualAddress.sh",
    uses: [],
    values: {
      ...{ CONFIG: "x @SETTING@ @INTERFACE@\n", CONFIG_FILE: "/etc/keelson/keepalived.conf" },
      ...{ ADDRESS: "192.0.2.1", ENDPOINT: "192.0.2.10:6443" },
    },
    files: ["/etc/systemd/system/keelson-virtual-address.service"],
  },
  {
    path: "master/approver.sh",
    uses: [],
    values: { NODES: ["w 192.0.2.2"] },
    files: ["/etc/systemd/system/keelson-approver.service"],
  },
  {
    path: "backup/backup.sh",
    uses: [...install, "backup/run.sh"],
    values: {
      ...{ NAME: "m", CLUSTER: "@SETTING@", PROGRAMS: [], PACKAGES: [], RESTIC_OPTIONS: [] },
      ...{ ENVIRONMENT: "", SFTP_KEY: "" },
      ...{ EVERY: "3600", VERIFY: "86400", KEEP: ["--keep-hourly", "24"], ETCD_PREFIX: "/registry" },
    },
    files: ["/etc/systemd/system/keelson-etcd-backup.service", "/etc/systemd/system/keelson-etcd-backup.timer"],
  },
];

/** The turn of a machine at work, in which what was deferred is done. */
const rollOut = () => host.up("! has_turns || { take_turns; end_turns; }", { name: "rollout" }).status;

function run({ path, uses, values = {}, files }: Case, setting: string, kill = 0): number | null {
  host.write("etc/settings", setting);
  const withSetting = (text: unknown) =>
    typeof text === "string" ? text.replaceAll("@SETTING@", setting) : (text as string[]);
  const result = host.run({
    script: `${killer(kill)}${Host.script(path).replaceAll("/usr/sbin", "/usr/local/sbin")}`,
    uses: uses.map((path) => Host.script(path)),
    secrets: [],
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, withSetting(value)])),
    files: files.map((path): ScriptFile => ({ path: host.path(path), content: `{"setting": "${setting}"}\n` })),
  });
  if (result.status === 1) throw new Error(result.stderr);
  return result.status;
}

test.each(cases)(
  "$path, killed at any of its steps, leaves nothing that its old settings do not take back",
  (script) => {
    script.before?.();
    expect([run(script, "old"), rollOut()]).toEqual([0, 0]);
    const before = filesBelow(host.root);
    const steps = killAtSteps((step) => {
      const status = run(script, "new", step);
      expect([run(script, "old"), rollOut()]).toEqual([0, 0]);
      expect({ step, files: filesBelow(host.root) }).toEqual({ step, files: before });
      return status;
    });
    expect(steps).toBeGreaterThan(4);
  },
);
