import { mkdirSync, readdirSync } from "node:fs";

import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

describe("leaving a cluster", () => {
  const leave = (before = "") =>
    host.up(`${before}\nleave_cluster`, {
      uses: [Host.script("script/found.sh"), Host.script("kubelet/leave.sh")],
      values: { CRI_SOCKET: "unix:///run/cri.sock" },
    });
  beforeEach(() => {
    for (const name of ["systemctl", "iptables-save", "ip6tables-save", "ip"]) host.stub(name);
    host.stub("kubeadm");
  });

  test("leaves what others have among it", () => {
    const theirs = [
      "etc/cni/net.d/87-podman.conflist",
      "etc/kubernetes/own.conf",
      "opt/cni/bin/own",
      "usr/libexec/kubernetes/kubelet-plugins/volume/exec/own/driver",
    ];
    const ours = [
      "etc/cni/net.d/10-flannel.conflist",
      "etc/kubernetes/admin.conf",
      "etc/kubernetes/super-admin.conf",
      "etc/kubernetes/pki/ca.key",
      "var/lib/keelson/scripts/w-join/ran",
      "opt/cni/bin/flannel",
      "var/lib/cni/networks/cbr0/10.244.0.2",
      "var/lib/kubelet/config.yaml",
      "usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent/",
    ];
    for (const file of theirs) host.write(file, "");
    expect(leave("remember_before_node false").status).toBe(0);
    for (const file of ours) {
      if (file.endsWith("/")) mkdirSync(host.path(file), { recursive: true });
      else host.write(file, "");
    }
    expect(leave()).toEqual(clean);
    for (const file of theirs) expect([file, host.has(file)]).toEqual([file, true]);
    for (const file of ours.slice(0, -1)) expect([file, host.has(file)]).toEqual([file, false]);
    expect(host.has("var/lib/kubelet")).toBe(false);
  });
  test("leaves directories that others had in the kubelet's, and none that kubelets make", () => {
    const [file, profile, own] = ["config.json", "seccomp/profiles/audit.json", "pki/ours"].map(
      (name) => `var/lib/kubelet/${name}`,
    ) as [string, string, string];
    for (const path of [file, profile]) host.write(path, "theirs");
    mkdirSync(host.path("var/lib/kubelet/pki"));
    host.bash("sleep 1.1");
    leave("remember_before_node false");
    host.write(own, "ours");
    host.write("var/lib/kubelet/ours/x", "ours");
    host.stub("kubeadm", `rm -rf '${host.path("var/lib/kubelet")}'/*`);
    // An earlier run was cut off while it moved to another file system.
    host.write("var/lib/keelson/others/seccomp/profiles/audit.json", "the");
    host.write("var/lib/keelson/others/seccomp/first.json", "theirs");
    expect(leave()).toEqual(clean);
    for (const path of [file, profile, "var/lib/kubelet/seccomp/first.json"]) expect(host.read(path)).toBe("theirs");
    expect(readdirSync(host.path("var/lib/kubelet")).sort()).toEqual(["config.json", "seccomp"]);
  });
  test("leaves what others had in the kubelet's directory also where they have renewed it, and no file of kubeadm's", () => {
    const [file, profile, made] = ["config.json", "seccomp/a b.json", "config.yaml"].map(
      (name) => `var/lib/kubelet/${name}`,
    ) as [string, string, string];
    for (const path of [file, profile, made]) host.write(path, "before");
    leave("remember_before_node false");
    for (const path of [file, profile, made]) {
      host.up(`rm -r '${host.path(path.split("/").slice(0, 4).join("/"))}'`);
      host.write(path, "renewed");
    }
    host.write("var/lib/kubelet/ours", "");
    host.stub("kubeadm", `rm -rf '${host.path("var/lib/kubelet")}'/*`);
    expect(leave("remember_before_node true")).toEqual(clean);
    for (const path of [file, profile]) expect([path, host.read(path)]).toEqual([path, "renewed"]);
    expect(readdirSync(host.path("var/lib/kubelet")).sort()).toEqual(["config.json", "seccomp"]);
  });
  test.each(["x", "of others"])(
    "takes off what is mounted in a directory of others, %s, before it is moved, or leaves it",
    (name) => {
      const mounted = `var/lib/kubelet/seccomp/${name}`;
      host.write(`${mounted}/y`, "theirs");
      host.bash("sleep 1.1");
      leave("remember_before_node false");
      host.mounts(mounted);
      host.stub("umount", "exit 1");
      expect(leave().status).toBe(0);
      expect(host.called()).toContain(`umount ${host.path(mounted)}`);
      expect(host.read(`${mounted}/y`)).toBe("theirs");
    },
  );
  test.each([
    ["certificates", "etc/kubernetes/pki/ca.crt", true],
    ["certificates of a kubelet, /etc/kubernetes having been taken away", "var/lib/kubelet/pki/kubelet.crt", true],
    ["networks of flannel", "var/lib/cni/flannel/x", true],
    ["what flannel runs by", "run/flannel/subnet.env", true],
    ["nothing of a node", "var/lib/kubelet/config.yaml", false],
  ])("is for a machine that has %s", (_, file, joined) => {
    const asked = () =>
      host.up("was_node", {
        uses: [Host.script("script/found.sh"), Host.script("kubelet/leave.sh")],
        values: { CRI_SOCKET: "" },
      }).status === 0;
    host.write(file, "");
    expect(asked()).toBe(joined);
    if (file.startsWith("etc")) return;
    // What was there before is no sign.
    leave("remember_before_node false");
    host.write(file, "");
    expect(asked()).toBe(false);
  });
  test("that is cut off is gone on with", () => {
    const file = "var/lib/kubelet/config.json";
    const cut = (at: string) =>
      host.up(`${at}() { kill -9 $$; }\nleave_cluster`, {
        uses: [Host.script("script/found.sh"), Host.script("kubelet/leave.sh")],
        values: { CRI_SOCKET: "unix:///run/cri.sock" },
      });
    for (const at of ["remove_routes", "put_files_back", "remove_if_empty"]) {
      host.write(file, "theirs");
      host.bash("sleep 1.1");
      leave("remember_before_node false");
      for (const path of ["etc/kubernetes/pki/ca.crt", "etc/kubernetes/kubelet.conf"]) host.write(path, "ours");
      expect(cut(at).status).toBeNull();
      const again = host.up("! is_leaving || leave_cluster", {
        uses: [Host.script("script/found.sh"), Host.script("kubelet/leave.sh")],
        values: { CRI_SOCKET: "unix:///run/cri.sock" },
      });
      expect([at, again.status, host.has("etc/kubernetes/kubelet.conf")]).toEqual([at, 0, false]);
      expect([at, host.read(file), host.has("var/lib/keelson/leaving")]).toEqual([at, "theirs", false]);
    }
  });
  test("leaves no directory that was not there", () => {
    leave("remember_before_node false");
    for (const directory of ["etc/cni/net.d", "usr/libexec/kubernetes/kubelet-plugins/volume/exec"]) {
      mkdirSync(host.path(directory), { recursive: true });
    }
    host.write("run/flannel/subnet.env", "FLANNEL_NETWORK=10.244.0.0/16\n");
    expect(leave()).toEqual(clean);
    for (const path of ["etc/cni", "usr/libexec/kubernetes", "run/flannel"]) {
      expect([path, host.has(path)]).toEqual([path, false]);
    }
  });
  test("takes away the ways to other nodes' pods, and no others", () => {
    host.write("run/flannel/subnet.env", "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.1.1/24\n");
    const routes = "10.244.0.0/24 via 192.0.2.11 dev eth0 \n10.244.1.0/24 dev cni0 proto kernel";
    host.stub("ip", `[ "$3" != show ] || printf '${routes}\n'`);
    expect(leave().status).toBe(0);
    expect(host.called().filter((call) => call.startsWith("ip -4"))).toEqual([
      "ip -4 route show root 10.244.0.0/16",
      "ip -4 route delete 10.244.0.0/24 via 192.0.2.11 dev eth0",
    ]);
  });
  test("keeps static pods of others, which kubeadm would delete", () => {
    for (const name of ["kube-apiserver", "own"]) host.write(`etc/kubernetes/manifests/${name}.yaml`, name);
    const { status, stderr } = leave();
    expect(status).toBe(0);
    expect(stderr).toMatch(/^moved .*own\.yaml to .*manifests\.backup-[-0-9]+\/: it is not of this cluster\n$/);
    const [backup = ""] = readdirSync(host.path("etc/kubernetes")).filter((name) => name.includes("backup"));
    expect(readdirSync(host.path(`etc/kubernetes/${backup}`))).toEqual(["own.yaml"]);
  });
  test("ends where kubeadm could not reset it, and nothing is taken away", () => {
    host.stub("kubeadm", "exit 1");
    host.write("var/lib/kubelet/config.yaml", "");
    expect(leave()).toMatchObject({ status: 1 });
    expect(host.has("var/lib/kubelet/config.yaml")).toBe(true);
  });
});
