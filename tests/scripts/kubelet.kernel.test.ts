import type { Host } from "./host";
import { kubeletHost, runKubelet } from "./kubeletScript";

let host: Host;
beforeEach(() => (host = kubeletHost()));
afterEach(() => host.remove());

describe("what kubelets and kube-proxy change in the kernel", () => {
  const loopback = "net.ipv4.conf.all.route_localnet";
  const changed = { KERNEL_SETTINGS: [], KERNEL_CHANGED: [loopback, "net.netfilter.nf_conntrack_max", "vm.x"] };
  const at = (name: string) => `proc/sys/${name.replaceAll(".", "/")}`;
  const set = (value: string) => changed.KERNEL_CHANGED.forEach((name) => host.write(at(name), value));
  const now = () => changed.KERNEL_CHANGED.map((name) => host.read(at(name)).trim());
  beforeEach(() => {
    host.write("proc/sys/net/bridge/bridge-nf-call-iptables", "1\n");
    for (const name of ["kubeadm", "ip", "ip6tables-save"]) host.stub(name);
    host.stub("iptables-save", `cat '${host.path(at(loopback))}' >>'${host.path("met")}'`);
  });

  test("is as it was when the machine leaves, the way to loopback before the rule that watches it goes", () => {
    set("0\n");
    host.write(at("vm.x"), "7\n");
    expect(runKubelet(host, "up", changed).status).toBe(0);
    set("1\n");
    expect(runKubelet(host, "up", changed).status).toBe(0);
    host.write("etc/kubernetes/pki/ca.crt", "");
    expect(runKubelet(host, "down", changed).status).toBe(0);
    expect(now()).toEqual(["0", "0", "7"]);
    expect(new Set(host.read("met").trim().split("\n"))).toEqual(new Set(["0"]));
  });
  test.each([
    ["is closed", "exit 1", "0"],
    ["is what a file says", `printf '# /etc/sysctl.d/50.conf\n${loopback} = 1\n'`, "1"],
  ])("on a node of an earlier release is left, but for the way to loopback, which %s", (_, files, expected) => {
    set("1\n");
    host.write(`var/lib/keelson/found${host.path("etc/systemd/system/kubelet.service")}.none`, "");
    host.stub("systemd-analyze", files);
    expect(runKubelet(host, "up", changed).status).toBe(0);
    host.write("etc/kubernetes/pki/ca.crt", "");
    expect(runKubelet(host, "down", changed).status).toBe(0);
    expect(now()).toEqual([expected, "1", "1"]);
  });
});
