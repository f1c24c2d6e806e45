import { statSync } from "node:fs";

import { parse } from "yaml";

import { clean, Host } from "./host";
import { gibibyte, kubeletHost, kubeletValues, runKubelet } from "./kubeletScript";

let host: Host;
beforeEach(() => (host = kubeletHost()));
afterEach(() => host.remove());

describe("kubelet.sh", () => {
  const values = kubeletValues;
  const configuration = (more: Partial<Record<keyof typeof values, string | number | string[]>> = {}) => {
    const uses = [Host.script("docker/engine.sh"), Host.script("kubelet/kubelet.sh"), "turn() { :; }"];
    const result = host.up("detected_configuration", { uses, values: { ...values, ...more } });
    return {
      ...result,
      text: result.stdout,
      stdout: result.status === 0 ? (parse(result.stdout) as unknown) : undefined,
    };
  };
  const kubelet = (direction: string, more: Partial<typeof values> = {}) => runKubelet(host, direction, more);

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
  test("reserves the less itself the more the stack reserves", () => {
    const own = { RESERVED_MILLICPU: 500, RESERVED_MEMORY: [String(gibibyte), "5%"] };
    expect(configuration({ ALLOCATABLE_MILLICPU: 1500, ALLOCATABLE_BYTES: 2 * gibibyte, ...own }).stdout).toMatchObject(
      {
        systemReserved: { cpu: "2000m", memory: String(5 * gibibyte - Math.floor((8 * gibibyte * 5) / 100)) },
      },
    );
    expect(configuration({ ALLOCATABLE_MILLICPU: 3600, ...own }).stderr).toContain("of which 500m are reserved");
    expect(configuration({ ALLOCATABLE_BYTES: 7 * gibibyte, ...own }).stderr).toContain("are reserved or kept free");
  });
  test("says how much a machine has that has less than pods may have", () => {
    expect(configuration({ ALLOCATABLE_MILLICPU: 4001 }).stderr).toMatch(
      /allocatable\.cpu is 4001m, but .* has 4000m, of which 0m are reserved/,
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
  test("finds what only the machine knew in a file that it made, and not what the stack says itself by now", () => {
    host.up(`rm '${host.path("sys/fs/cgroup/cgroup.controllers")}'`);
    const made = configuration({ KUBELET_CONFIG: "maxPods: 5\nevictionHard:\n  x: y\n", ALLOCATABLE_MILLICPU: 1000 });
    host.write("made", made.text);
    const found = (text: string) =>
      host.up(`detected_in '${host.path("made")}' "$ASKED"`, {
        uses: [Host.script("kubelet/detected.sh")],
        values: { ASKED: text },
      }).stdout;
    const known = ["cgroupDriver: systemd", "failCgroupV1: false"];
    const reserved = ["systemReserved:", "  cpu: 3000m", ""];
    expect(found("maxPods: 7\n").split("\n")).toEqual([
      ...known,
      `resolvConf: ${host.path("etc/resolv.conf")}`,
      ...reserved,
    ]);
    expect(found("resolvConf: /run/asked\n").split("\n")).toEqual([...known, ...reserved]);
  });
  test("leaves nothing of a join that was not ended", () => {
    const [config, directory] = ["run/keelson/kubelet-joining.yaml", "run/systemd/system/kubelet.service.d"];
    host.write(config, "");
    host.write(`${directory}/keelson-joining.conf`, "");
    expect(kubelet("down").status).toBe(0);
    expect([config, directory].filter((path) => host.has(path))).toEqual([]);
  });
  test("lets root alone read what it tells the kubelet", () => {
    for (const name of ["docker", "cri-dockerd"]) host.stub(name, "echo systemd");
    for (const setting of [
      "net/bridge/bridge-nf-call-iptables",
      "net/bridge/bridge-nf-call-ip6tables",
      "net/ipv4/ip_forward",
    ]) {
      host.write(`proc/sys/${setting}`, "1\n");
    }
    expect(kubelet("up").status).toBe(0);
    expect(statSync(host.path("etc/kubernetes/kubelet-config.yaml")).mode & 0o777).toBe(0o600);
  });
  test("gives the kernel its settings back", () => {
    const settings = [
      "net/bridge/bridge-nf-call-iptables",
      "net/bridge/bridge-nf-call-ip6tables",
      "net/ipv4/ip_forward",
    ];
    const now = () => settings.map((setting) => host.read(`proc/sys/${setting}`).trim());
    settings.forEach((setting, index) => host.write(`proc/sys/${setting}`, `${index % 2}\n`));
    expect(kubelet("up").status).toBe(0);
    expect(kubelet("up").status).toBe(0);
    expect(now()).toEqual(["1", "1", "1"]);
    expect(kubelet("down").status).toBe(0);
    expect(now()).toEqual(["0", "1", "0"]);
    // As an earlier release kept one.
    host.write("var/lib/keelson/sysctl/net.ipv4.ip_forward", "0\n");
    host.write("proc/sys/net/ipv4/ip_forward", "1\n");
    kubelet("down");
    expect(now()).toEqual(["0", "1", "0"]);
  });

  test("sets what is asked for besides, and takes that back as well", () => {
    const asked = { KERNEL_SETTINGS: ["net.ipv4.ip_forward=1", "kernel.panic=10", "vm.panic_on_oom=0"] };
    const now = () => ["kernel/panic", "vm/panic_on_oom"].map((name) => host.read(`proc/sys/${name}`).trim());
    host.write("proc/sys/net/bridge/bridge-nf-call-iptables", "1\n");
    host.write("proc/sys/net/ipv4/ip_forward", "1\n");
    host.write("proc/sys/kernel/panic", "0\n");
    host.write("proc/sys/vm/panic_on_oom", "0\n");
    expect(kubelet("up", asked).status).toBe(0);
    expect(now()).toEqual(["10", "0"]);
    expect(kubelet("down", asked).status).toBe(0);
    expect(now()).toEqual(["0", "0"]);
  });

  test("takes its machine out of the cluster also where somebody has taken /etc/kubernetes away", () => {
    for (const name of ["kubeadm", "ip", "iptables-save", "ip6tables-save"]) host.stub(name);
    host.write("var/lib/keelson/there", `absent ${host.path("var/lib/kubelet")}\n`);
    host.write("var/lib/kubelet/pki/kubelet.crt", "");
    expect(kubelet("down")).toMatchObject({ status: 0, stderr: "" });
    expect(host.called().some((call) => call.startsWith("kubeadm reset --force "))).toBe(true);
    expect(host.has("var/lib/kubelet")).toBe(false);
  });

  describe("at the next boot", () => {
    const config = (text: string) => host.stub("systemd-analyze", `cat <<'EOF'\n${text}\nEOF`);
    const ours = "# /etc/sysctl.d/99-zz-keelson.conf\nnet.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 1";
    const last = (more: Partial<typeof values> = {}) => {
      const uses = ["docker/engine.sh", "script/found.sh", "kubelet/kubelet.sh"].map((path) => Host.script(path));
      return host.up("settings_last", { uses: [...uses, "turn() { :; }"], values: { ...values, ...more } });
    };
    test("the last word on a setting counts, and is keelson's", () => {
      config(`# /usr/lib/sysctl.d/50-x.conf\n-net/ipv4/ip_forward=0\n#net.ipv4.ip_forward=0\nkernel.x = 0\n${ours}`);
      expect(last()).toEqual(clean);
    });
    test("a file that has it instead is named", () => {
      config(`${ours}\n# /etc/sysctl.d/99-zzz.conf\nnet/ipv4/ip_forward=0`);
      expect(last()).toMatchObject({ status: 1 });
      expect(last().stderr).toContain("set net.ipv4.ip_forward to 0 in");
      expect(last().stderr).toContain("/etc/sysctl.d/99-zzz.conf");
      host.write("etc/kubernetes/kubelet.conf", "");
      expect(last()).toMatchObject({ status: 0 });
      expect(last().stderr).toContain("take these lines out");
    });
    test("one that the kubelet does not start without is told so", () => {
      config("# /etc/sysctl.d/99-zz-keelson.conf\nkernel.panic = 10\n# /etc/sysctl.d/99-zzz.conf\nkernel.panic = 0");
      expect(last()).toEqual(clean);
      expect(last({ KERNEL_SETTINGS: ["kernel.panic=10"] }).stderr).toMatch(
        /set kernel\.panic to 0 in .*99-zzz\.conf: at the next boot the kubelet would not start; take these lines out/,
      );
    });
    test("ufw has its word after all others, when it is enabled", () => {
      config(ours);
      host.write("etc/ufw/sysctl.conf", "net/bridge/bridge-nf-call-iptables=0\n");
      host.write("etc/ufw/ufw.conf", "ENABLED=no\n");
      expect(last()).toEqual(clean);
      host.write("etc/ufw/ufw.conf", "ENABLED=yes\n");
      expect(last().stderr).toContain("set net.bridge.bridge-nf-call-iptables to 0 in");
    });
    test("the file that an earlier release wrote is gone", () => {
      for (const setting of ["bridge/bridge-nf-call-iptables", "bridge/bridge-nf-call-ip6tables", "ipv4/ip_forward"]) {
        host.write(`proc/sys/net/${setting}`, "1\n");
      }
      host.write("etc/sysctl.d/90-keelson.conf", "");
      host.write("var/lib/keelson/found/etc/sysctl.d/90-keelson.conf.none", "");
      host.up(
        `mkdir -p "$STATE/found${host.path("etc/sysctl.d")}"; touch "$STATE/found${host.path("etc/sysctl.d/90-keelson.conf")}.none"`,
      );
      kubelet("up");
      expect(host.has("etc/sysctl.d/90-keelson.conf")).toBe(false);
    });
  });
});
